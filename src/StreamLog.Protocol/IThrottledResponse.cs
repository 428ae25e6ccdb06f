namespace StreamLog.Protocol;

/// <summary>A response that tells its client how long a quota holds it back.</summary>
/// <remarks>
/// Every response with that field is one. Whoever counts against a quota sets the time; who has the connection reads
/// nothing from it for as long (KIP-219), so that a client that does not know of quotas is held back as well.
/// </remarks>
public interface IThrottledResponse
{
    /// <summary>Gets or sets how long the client is held back by a quota, in milliseconds; 0 is not at all.</summary>
    int ThrottleTimeMs { get; set; }
}
