using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog;

/// <summary>Asks a cluster for a sign of life. A broker that takes long is not waited for alone: after a third of the
/// time another is asked as well, and the first that answers decides.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ClusterDoctor
{
    private const int QuestionsMax = 3;

    private readonly IBroker _broker;
    private readonly TimeProvider _time;

    // Whose question was answered the last time: his connection is there, and leads to a broker that answers.
    private volatile RequestContext _context = NewContext();

    /// <summary>Creates it.</summary>
    /// <param name="broker">The cluster.</param>
    /// <param name="time">The clock.</param>
    public ClusterDoctor(IBroker broker, TimeProvider time)
    {
        _broker = broker;
        _time = time;
    }

    /// <summary>Asks.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why the cluster does not answer, or <see langword="null"/>.</returns>
    public async ValueTask<StreamLogException?> FindFailureAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(limit, _time);
        using CancellationTokenSource over =
            CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        TimeSpan patience = limit > TimeSpan.Zero ? limit / QuestionsMax : limit;
        List<Task<Exception?>> open = [];
        List<Exception> failures = [];
        for (int asked = 0; open.Count > 0 || (asked < QuestionsMax && !over.IsCancellationRequested);)
        {
            List<Task> awaited = [];
            if (asked < QuestionsMax && !over.IsCancellationRequested)
            {
                if (asked + 1 < QuestionsMax)
                    awaited.Add(Task.Delay(patience, _time, over.Token));

                // Somebody new is not bound to the connection at which another waits.
                open.Add(AskAsync(asked++ == 0 ? _context : NewContext(), over.Token));
            }

            awaited.AddRange(open);
            if (await Task.WhenAny(awaited).ConfigureAwait(false) is not Task<Exception?> answer)
                continue;

            open.Remove(answer);
            if (await answer.ConfigureAwait(false) is { } failure)
            {
                failures.Add(failure);
                continue;
            }

            await over.CancelAsync().ConfigureAwait(false);
            return null;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Join(failures, limit);
    }

    private static RequestContext NewContext() => RequestContext.ForLocalClient("streamlog-health");

    private async Task<Exception?> AskAsync(RequestContext context, CancellationToken cancellationToken)
    {
        try
        {
            await _broker.SendAsync(new MetadataRequest { Topics = [] }, context, cancellationToken)
                .ConfigureAwait(false);
            _context = context;
            return null;
        }
        catch (StreamLogException exception)
        {
            return exception;
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            return exception;
        }
    }

    private static StreamLogException Join(List<Exception> failures, TimeSpan limit)
    {
        // A cluster says for which broker it has waited; all that others say is that they were stopped.
        string said = string.Join(' ', failures
            .Where(failure => failure is StreamLogException || failure.InnerException is not null)
            .Select(failure => failure.Message).Distinct());
        if (failures.Find(failure => failure is OperationCanceledException) is not { } silence)
            return new StreamLogException(((StreamLogException)failures[^1]).ErrorCode, said, failures[^1]);

        string sentence = $"None has answered within {limit}{(said.Length > 0 ? ": " : ".")}{said}";
        return new StreamLogException(ErrorCode.RequestTimedOut, sentence, silence);
    }
}
