using StreamLog.Protocol;

namespace StreamLog.Cli.Targets;

/// <summary>The log that a command works on, wherever it is.</summary>
/// <remarks>Owned by the command, which disposes it: what was appended is then done.</remarks>
internal sealed class LogTarget : IAsyncDisposable
{
    private readonly IAsyncDisposable? _connection;

    /// <summary>Creates a target.</summary>
    /// <param name="log">The log's clients. The target disposes them.</param>
    /// <param name="broker">The requests below them, for what no client offers.</param>
    /// <param name="connection">What the target disposes behind the clients, or <see langword="null"/>.</param>
    public LogTarget(IStreamLog log, IBroker broker, IAsyncDisposable? connection = null)
    {
        Log = log;
        Broker = broker;
        _connection = connection;
    }

    public IStreamLog Log { get; }

    public IAdmin Admin => Log.Admin;

    public IBroker Broker { get; }

    /// <summary>Asks the broker.</summary>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, CancellationToken cancellationToken)
        where TResponse : class => Broker.SendAsync(request, RequestContext.Local, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync().ConfigureAwait(false);
        if (_connection is not null)
            await _connection.DisposeAsync().ConfigureAwait(false);
    }
}
