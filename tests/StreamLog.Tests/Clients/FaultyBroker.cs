using System.Collections.Concurrent;
using StreamLog.Protocol;

namespace StreamLog.Tests.Clients;

/// <summary>A way to a broker on which requests and answers are lost, held up or refused, as a test says.</summary>
internal sealed class FaultyBroker(IBroker inner) : IBroker
{
    private readonly ConcurrentQueue<(TaskCompletionSource Gate, Task Outcome)> _held = new();
    private readonly ConcurrentQueue<string> _sent = new();

    public IBroker Inner { get; set; } = inner;

    /// <summary>Gets or sets what a request is refused with before it gets to the broker.</summary>
    public Func<object, ErrorCode?>? Fault { get; set; }

    /// <summary>Gets or sets which requests never get to the broker.</summary>
    public Func<object, bool>? IsCut { get; set; }

    /// <summary>Gets or sets of which requests the answer is lost.</summary>
    public Func<object, bool>? LosesAnswer { get; set; }

    /// <summary>Gets or sets which requests wait until they are released.</summary>
    public Func<object, bool>? Holds { get; set; }

    public int HeldCount => _held.Count;

    public string[] Sent => [.. _sent];

    public IReadOnlyList<ApiVersionRange> SupportedApis => Inner.SupportedApis;

    public async ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        _sent.Enqueue(request.ApiKey.ToString());
        if (Fault?.Invoke(request) is { } code)
            throw new StreamLogException(code, "The test refuses it.");
        if (IsCut?.Invoke(request) == true)
            throw new StreamLogException(ErrorCode.NetworkException, "The way to the broker is cut.");
        if (Holds?.Invoke(request) == true)
            return await HoldAsync(request, context);

        TResponse response = await Inner.SendAsync(request, context, cancellationToken);
        return LosesAnswer?.Invoke(request) == true
            ? throw new StreamLogException(ErrorCode.NetworkException, "The answer is lost.")
            : response;
    }

    /// <summary>Lets go on what was held, and waits until the broker has answered it.</summary>
    public async Task ReleaseAsync()
    {
        while (_held.TryDequeue(out (TaskCompletionSource Gate, Task Outcome) held))
        {
            held.Gate.SetResult();
            await held.Outcome.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<TResponse> HoldAsync<TResponse>(IRequest<TResponse> request, RequestContext context)
        where TResponse : class
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<TResponse> outcome = SendHeldAsync();
        _held.Enqueue((gate, outcome));
        return await outcome;

        // Whoever sent it may have given it up meanwhile; then it gets there late.
        async Task<TResponse> SendHeldAsync()
        {
            await gate.Task;
            return await Inner.SendAsync(request, context, CancellationToken.None);
        }
    }
}
