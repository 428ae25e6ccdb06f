using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace StreamLog.Extensibility;

/// <summary>Decides on connections that clients open: the quota of addresses.</summary>
/// <remarks>Thread-safe. A node offers it to its components.</remarks>
[Experimental("STREAMLOG001")]
public interface IConnectionQuota
{
    /// <summary>Notes that a client has opened a connection, unless it is one too many.</summary>
    /// <param name="client">Where it comes from.</param>
    /// <returns><see cref="TimeSpan.Zero"/> where it is let in. Otherwise it is to be closed, once as much time has
    /// passed.</returns>
    TimeSpan Admit(IPAddress client);
}
