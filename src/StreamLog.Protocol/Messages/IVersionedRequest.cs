namespace StreamLog.Protocol.Messages;

/// <summary>A request whose version says more than how it is written: which rules its sender follows.</summary>
public interface IVersionedRequest
{
    /// <summary>Gets or sets the version that the request was read in. Who makes one in this process speaks the newest,
    /// unless it says otherwise. It never travels.</summary>
    short Version { get; set; }
}
