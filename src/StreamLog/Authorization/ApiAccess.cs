using StreamLog.Protocol;

namespace StreamLog.Authorization;

/// <summary>Who may use one API, and for what. Immutable and thread-safe.</summary>
internal abstract class ApiAccess
{
    /// <summary>Gets the API.</summary>
    public abstract ApiKey ApiKey { get; }

    /// <summary>Gets whether responses say what the caller may do, so that there is something to say also where
    /// everybody may do everything.</summary>
    public abstract bool TellsOperations { get; }
}
