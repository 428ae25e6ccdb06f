using StreamLog.Clients.Handling;

namespace StreamLog;

/// <summary>What a host runs under the name of a node: the node itself, or a connection to a cluster in its
/// place.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IRunningLog : IStreamLog
{
    /// <summary>Begins to hand the records of a topic to a handler.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="plan">How.</param>
    /// <param name="call">The handler.</param>
    /// <returns>What stops it.</returns>
    IPushConsumer Handle<TKey, TValue>(HandlerPlan plan, HandlerCall<TKey, TValue> call);

    /// <summary>Asks whether what is not in this process answers.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why it does not, or <see langword="null"/>.</returns>
    ValueTask<StreamLogException?> FindFailureAsync(TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>Stops in order: what clients have under way is finished first.</summary>
    /// <param name="cancellationToken">Hurries: clients are waited for no longer.</param>
    /// <returns>A task that completes when it has stopped.</returns>
    Task StopAsync(CancellationToken cancellationToken);
}
