using StreamLog.Protocol;

namespace StreamLog.Broker.Handlers;

/// <summary>Answers one API. One object serves all callers, on their own threads.</summary>
internal abstract class ApiHandler
{
    private protected ApiHandler(ApiVersionRange versions) => Versions = versions;

    /// <summary>Gets the API and the versions of it that are spoken.</summary>
    public ApiVersionRange Versions { get; }

    /// <summary>Gets whether only callers in this process may ask, as only nodes may in Kafka. Such an API is not
    /// advertised.</summary>
    public virtual bool IsForLocalCallers => false;
}
