namespace StreamLog.Coordinators;

/// <summary>What waits for a decision: the answer to a request, or what is to be done next. State keeps it where it
/// answers late.</summary>
/// <remarks>
/// A decision fills it in, under the gate of its partition; the partition gives it out once what was decided is
/// committed, or refuses it where that will never be.
/// </remarks>
internal abstract class Reply
{
    /// <summary>Gets whether a decision has filled it in.</summary>
    public abstract bool IsDecided { get; }

    /// <summary>Gives out what was decided. No gate is held.</summary>
    public abstract void Complete();

    /// <summary>Gives out an error in place of whatever was decided. No gate is held.</summary>
    /// <param name="error">What went wrong.</param>
    public abstract void Refuse(ErrorCode error);
}
