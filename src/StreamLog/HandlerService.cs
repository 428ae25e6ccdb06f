using Microsoft.Extensions.Hosting;
using StreamLog.Clients.Handling;

namespace StreamLog;

/// <summary>Runs a handler while the host runs. Owned by the service container.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>All handlers begin to stop together, so that the slowest one takes no time from the others.</remarks>
internal sealed class HandlerService<TKey, TValue> : IHostedLifecycleService
{
    private readonly HostedStreamLog _log;
    private readonly HandlerPlan _plan;
    private readonly HandlerCall<TKey, TValue> _call;
    private IPushConsumer? _consumer;
    private Task? _stopped;

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
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _consumer = _log.Handle(_plan, _call);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Not awaited, since the host would have the others wait for it.
        _stopped ??= _consumer?.StopAsync(cancellationToken);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A broker that does not answer keeps the last commit waiting, and the host waits no longer than it says.
        await StoppingAsync(cancellationToken).ConfigureAwait(false);
        if (_stopped is { } stopped)
            await stopped.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
