using StreamLog.Protocol;

namespace StreamLog.Cli.Targets;

/// <summary>The log that a command works on, wherever it is.</summary>
/// <remarks>Owned by the command, which disposes it: what was appended is then done.</remarks>
internal sealed class LogTarget : IAsyncDisposable
{
    /// <summary>Creates a target.</summary>
    /// <param name="log">The log's clients. The target disposes them.</param>
    /// <param name="broker">The requests below them, for what no client offers.</param>
    public LogTarget(IStreamLog log, IBroker broker)
    {
        Log = log;
        Broker = broker;
    }

    public IStreamLog Log { get; }

    public IAdmin Admin => Log.Admin;

    public IBroker Broker { get; }

    /// <summary>Asks the broker.</summary>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, CancellationToken cancellationToken)
        where TResponse : class => Broker.SendAsync(request, RequestContext.Local, cancellationToken);

    public ValueTask DisposeAsync() => Log.DisposeAsync();
}
