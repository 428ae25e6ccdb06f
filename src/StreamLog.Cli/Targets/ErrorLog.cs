using Microsoft.Extensions.Logging;

namespace StreamLog.Cli.Targets;

/// <summary>Writes what a node logs to stderr, a line an event: warnings, and with <c>--verbose</c> more.</summary>
/// <remarks>Thread-safe. It holds nothing of its own.</remarks>
internal sealed class ErrorLog : ILoggerFactory, ILogger
{
    private readonly TextWriter _errors;
    private readonly LogLevel _least;

    // A line is written as a whole.
    private readonly Lock _gate = new();

    public ErrorLog(TextWriter errors, bool isVerbose)
    {
        _errors = errors;
        _least = isVerbose ? LogLevel.Information : LogLevel.Warning;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("The tool logs to stderr alone.");

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _least;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string line = $"{logLevel}: {formatter(state, exception)}";
        lock (_gate)
            _errors.WriteLine(exception is null ? line : $"{line} ({exception.Message})");
    }

    public void Dispose()
    {
    }
}
