using StreamLog.Protocol;

namespace StreamLog.Kafka.Listening;

/// <summary>A request that was begun, and whose response goes out once those before it have.</summary>
/// <remarks>Owned by one connection: its receiver makes it, its sender finishes it.</remarks>
internal sealed class PendingResponse(DecodedRequest request, RequestContext context, ValueTask<object> answer)
{
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the request.</summary>
    public DecodedRequest Request => request;

    /// <summary>Gets who asked.</summary>
    public RequestContext Context => context;

    /// <summary>Gets the broker's answer, to be awaited once.</summary>
    public ValueTask<object> Answer => answer;

    /// <summary>Gets how many bytes of the listener's limit it holds until it is answered.</summary>
    public int HeldBytes { get; init; }

    /// <summary>Gets whether the answer goes out without a header, as SASL's first version has it.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Gets what completes once the response is out, or is known not to go out.</summary>
    public Task Sent => _sent.Task;

    /// <summary>Says that the response is out, or will never be.</summary>
    public void Finish() => _sent.SetResult();
}
