using Microsoft.Extensions.Hosting;
using StreamLog.Clients.Handling;

namespace StreamLog;

/// <summary>Runs a handler while the host runs. Owned by the service container.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
internal sealed class HandlerService<TKey, TValue> : IHostedService
{
    private readonly HostedStreamLog _log;
    private readonly HandlerPlan _plan;
    private readonly HandlerCall<TKey, TValue> _call;
    private IPushConsumer? _consumer;

    /// <summary>Creates the service.</summary>
    /// <param name="log">The node, which starts before the service and stops after it.</param>
    /// <param name="plan">How records are handled.</param>
    /// <param name="call">The handler.</param>
    public HandlerService(HostedStreamLog log, HandlerPlan plan, HandlerCall<TKey, TValue> call)
    {
        _log = log;
        _plan = plan;
        _call = call;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _consumer = _log.Handle(_plan, _call);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A broker that does not answer keeps the last commit waiting, and the host waits no longer than it says.
        if (_consumer is { } consumer)
        {
            await consumer.StopAsync(cancellationToken)
                .WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
