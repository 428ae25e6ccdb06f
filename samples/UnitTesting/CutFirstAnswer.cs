using StreamLog.Kafka;
using StreamLog.Protocol;

namespace UnitTesting;

/// <summary>Sends seven bytes of the first answer to a producer, and closes the connection.</summary>
internal sealed class CutFirstAnswer : IWireSeam
{
    private int _count;

    public ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken) =>
        new(WireAction.Pass);

    public ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken) =>
        new(frame.Header.ApiKey == ApiKey.Produce && Interlocked.Increment(ref _count) == 1
            ? WireAction.Send(frame.Bytes[..7], thenDisconnect: true)
            : WireAction.Pass);
}
