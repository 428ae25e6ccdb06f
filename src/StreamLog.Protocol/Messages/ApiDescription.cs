using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>What a connection must know of one API to carry its requests and responses. Immutable.</summary>
public sealed class ApiDescription
{
    private readonly MessageReader _readRequest;
    private readonly MessageWriter _writeRequest;
    private readonly MessageReader _readResponse;
    private readonly MessageWriter _writeResponse;
    private readonly RequestSender _send;

    private ApiDescription(
        ApiVersionRange versions,
        short flexibleFrom,
        (MessageReader Read, MessageWriter Write) request,
        (MessageReader Read, MessageWriter Write) response,
        RequestSender send)
    {
        Versions = versions;
        FlexibleFrom = flexibleFrom;
        (_readRequest, _writeRequest) = request;
        (_readResponse, _writeResponse) = response;
        _send = send;
    }

    private delegate object MessageReader(ref WireReader reader, short version);

    private delegate void MessageWriter(object message, ref WireWriter writer, short version);

    private delegate ValueTask<object> RequestSender(
        IBroker broker, object request, RequestContext context, CancellationToken cancellationToken);

    /// <summary>Gets the API and the versions that are read and written.</summary>
    public ApiVersionRange Versions { get; }

    /// <summary>Gets the versions to name in an ApiVersions response.</summary>
    /// <remarks>
    /// Older librdkafka stops compressing when Produce does not begin at 0, so 0 is named, though versions 0 to 2 are
    /// refused: Kafka does the same (KAFKA-18659).
    /// </remarks>
    public ApiVersionRange Advertised =>
        Versions.ApiKey == ApiKey.Produce ? Versions with { MinVersion = 0 } : Versions;

    /// <summary>Gets the first flexible version.</summary>
    public short FlexibleFrom { get; }

    /// <summary>Returns the version of the header before a request.</summary>
    /// <param name="version">The version of the request.</param>
    /// <returns>1, or 2 for flexible requests.</returns>
    public short RequestHeaderVersion(short version) => version >= FlexibleFrom ? (short)2 : (short)1;

    /// <summary>Returns the version of the header before a response.</summary>
    /// <param name="version">The version of the response.</param>
    /// <returns>0, or 1 for flexible responses, except for ApiVersions: its reader knows nothing yet.</returns>
    public short ResponseHeaderVersion(short version) =>
        version >= FlexibleFrom && Versions.ApiKey != ApiKey.ApiVersions ? (short)1 : (short)0;

    /// <summary>Reads a request without its header.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="version">The version that the header names.</param>
    /// <returns>The request. One that holds record buffers is to be disposed.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    public object ReadRequest(ref WireReader reader, short version) => _readRequest(ref reader, version);

    /// <summary>Writes a request without its header.</summary>
    /// <param name="request">The request, of this API's type.</param>
    /// <param name="writer">Where to write.</param>
    /// <param name="version">The version to write it in.</param>
    /// <exception cref="StreamLogException">The version is not supported, or it has no room for a value.</exception>
    public void WriteRequest(object request, ref WireWriter writer, short version) =>
        _writeRequest(request, ref writer, version);

    /// <summary>Reads a response without its header.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="version">The version of the request that it answers.</param>
    /// <returns>The response. One that holds record buffers is to be disposed.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    public object ReadResponse(ref WireReader reader, short version) => _readResponse(ref reader, version);

    /// <summary>Writes a response without its header.</summary>
    /// <param name="response">The response, of this API's type.</param>
    /// <param name="writer">Where to write.</param>
    /// <param name="version">The version of the request that it answers.</param>
    /// <exception cref="StreamLogException">The version is not supported, or it has no room for a value.</exception>
    public void WriteResponse(object response, ref WireWriter writer, short version) =>
        _writeResponse(response, ref writer, version);

    /// <summary>Sends a request that was read, and whose type only this description knows.</summary>
    /// <param name="broker">Whom to send it to.</param>
    /// <param name="request">The request, of this API's type.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The response, of this API's type.</returns>
    /// <exception cref="StreamLogException">There is no response; see <see cref="IBroker.SendAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public ValueTask<object> SendAsync(
        IBroker broker, object request, RequestContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(broker);
        return _send(broker, request, context, cancellationToken);
    }

    internal static ApiDescription Of<TRequest, TResponse>(ApiKey apiKey)
        where TRequest : class, IMessage<TRequest>, IRequest<TResponse>
        where TResponse : class, IMessage<TResponse> => new(
            new ApiVersionRange(apiKey, TRequest.MinVersion, TRequest.MaxVersion),
            TRequest.FlexibleFrom,
            (ReadVersioned<TRequest>, Write<TRequest>),
            (Read<TResponse>, Write<TResponse>),
            SendAsync<TRequest, TResponse>);

    private static object Read<T>(ref WireReader reader, short version)
        where T : class, IMessage<T> => T.Read(ref reader, version);

    private static object ReadVersioned<T>(ref WireReader reader, short version)
        where T : class, IMessage<T>
    {
        T request = T.Read(ref reader, version);
        if (request is IVersionedRequest versioned)
            versioned.Version = version;
        return request;
    }

    private static ValueTask<object> SendAsync<TRequest, TResponse>(
        IBroker broker, object request, RequestContext context, CancellationToken cancellationToken)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class
    {
        ValueTask<TResponse> answer = broker.SendAsync((TRequest)request, context, cancellationToken);
        return answer.IsCompletedSuccessfully
            ? new ValueTask<object>(answer.GetAwaiter().GetResult())
            : AwaitAsync(answer);
    }

    private static async ValueTask<object> AwaitAsync<TResponse>(ValueTask<TResponse> answer)
        where TResponse : class => await answer.ConfigureAwait(false);

    private static void Write<T>(object message, ref WireWriter writer, short version)
        where T : class, IMessage<T> => ((T)message).Write(ref writer, version);
}
