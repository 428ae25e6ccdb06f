using StreamLog.Protocol;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>Spoils the first request or response of an API.</summary>
internal sealed class ScriptedWire(
    ApiKey api, Func<WireFrame, WireAction>? request = null, Func<WireFrame, WireAction>? response = null)
    : IWireSeam
{
    private int _requests;
    private int _responses;

    /// <summary>Gets whether it has done so.</summary>
    public bool HasStruck { get; private set; }

    public ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken) =>
        new(Act(request, frame, ref _requests));

    public ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken) =>
        new(Act(response, frame, ref _responses));

    private WireAction Act(Func<WireFrame, WireAction>? spoil, WireFrame frame, ref int count)
    {
        if (spoil is null || frame.Header.ApiKey != api || Interlocked.Increment(ref count) > 1)
            return WireAction.Pass;

        HasStruck = true;
        return spoil(frame);
    }
}
