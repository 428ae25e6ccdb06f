using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;

namespace StreamLog.Clients.Handling;

/// <summary>Calls a handler, and decides what becomes of the records when it fails.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>Owned by its <see cref="PushConsumer{TKey, TValue}"/>. Thread-safe.</remarks>
internal sealed partial class HandlerAttempt<TKey, TValue>
{
    private const int JitterSteps = 400;

    private static readonly TimeSpan LongestDeadLetterPause = TimeSpan.FromSeconds(30);

    private readonly HandlerPlan _plan;
    private readonly HandlerCall<TKey, TValue> _call;
    private readonly IProducer<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>? _deadLetters;
    private readonly INodeEnvironment _environment;
    private readonly HandlerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly ConcurrentDictionary<LogPosition, Exception> _deadLetterFailures = new();

    /// <summary>Creates it.</summary>
    /// <param name="plan">How records are handled.</param>
    /// <param name="call">The handler.</param>
    /// <param name="deadLetters">What appends dead letters, or <see langword="null"/> where there are none.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="metrics">What it counts with.</param>
    /// <param name="logger">Where it logs.</param>
    public HandlerAttempt(
        HandlerPlan plan,
        HandlerCall<TKey, TValue> call,
        IProducer<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>? deadLetters,
        INodeEnvironment environment,
        HandlerMetrics metrics,
        ILogger logger)
    {
        _plan = plan;
        _call = call;
        _deadLetters = deadLetters;
        _environment = environment;
        _metrics = metrics;
        _logger = logger;
        _backoff = new Backoff(environment, TimeSpan.FromMilliseconds(100), LongestDeadLetterPause);
    }

    /// <summary>Gets why a dead letter cannot be appended now, or <see langword="null"/>.</summary>
    public Exception? DeadLetterFailure => _deadLetterFailures.Values.FirstOrDefault();

    /// <summary>Makes an attempt.</summary>
    /// <param name="records">The records.</param>
    /// <param name="attempt">The how manieth it is, from 1 on.</param>
    /// <param name="cancellationToken">Asks the handler to give up.</param>
    /// <returns>What became of the records; the pause, where they are tried again; and how it failed for good, where it
    /// did.</returns>
    public async ValueTask<(RecordFate Fate, TimeSpan Pause, Exception? Failure)> MakeAsync(
        IReadOnlyList<Record<TKey, TValue>> records, int attempt, CancellationToken cancellationToken)
    {
        Record<TKey, TValue> first = records[0];
        Exception? failure = first.KeyError ?? first.ValueError;
        bool canBeTriedAgain = failure is null;
        using Activity? activity = first.StartProcessing(_plan.Group);
        if (activity is not null && records.Count > 1)
            activity.SetTag(MetricTags.BatchMessageCount, records.Count);
        if (failure is null)
        {
            try
            {
                await _call(records, cancellationToken).ConfigureAwait(false);
                return (RecordFate.Done, default, null);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }

        if (cancellationToken.IsCancellationRequested)
            return (RecordFate.Abandoned, default, null);
        if (activity is not null)
            StreamLogTracing.Failed(activity, failure);
        _metrics.Failed(_plan.Topic, _plan.Group, failure);

        // Where there is no handler, no record is given up for it.
        bool isUnavailable = failure is HandlerUnavailableException;
        if (isUnavailable || (canBeTriedAgain && attempt <= _plan.RetryDelays.Count))
        {
            TimeSpan pause = isUnavailable
                ? _backoff.Before(attempt)
                : WithChance(_plan.RetryDelays[attempt - 1]);
            Log.TriedAgain(_logger, failure, _plan.Group, first.Position, attempt, pause.TotalMilliseconds);
            _metrics.Retried(_plan.Topic, _plan.Group);
            return (RecordFate.Retried, pause, null);
        }

        return await GiveUpAsync(records, attempt, failure, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<(RecordFate Fate, TimeSpan Pause, Exception? Failure)> GiveUpAsync(
        IReadOnlyList<Record<TKey, TValue>> records,
        int attempts,
        Exception failure,
        CancellationToken cancellationToken)
    {
        LogPosition position = records[0].Position;
        if (records.Count > 1)
        {
            Log.TriedOneByOne(_logger, failure, _plan.Group, position, records.Count);
            return (RecordFate.Split, default, null);
        }

        if (_deadLetters is not null)
        {
            RecordFate fate =
                await PutAsideAsync(records[0], attempts, failure, cancellationToken).ConfigureAwait(false);
            _deadLetterFailures.TryRemove(position, out _);
            return (fate, default, fate == RecordFate.Paused ? failure : null);
        }

        if (_plan.WhenExhausted == WhenExhausted.Skip)
        {
            Log.Skipped(_logger, failure, _plan.Group, position, attempts);
            _metrics.Skipped(_plan.Topic, _plan.Group);
            return (RecordFate.Done, default, null);
        }

        Log.Paused(_logger, failure, _plan.Group, position, attempts);
        return (RecordFate.Paused, default, failure);
    }

    // The record is not done before its dead letter is durable, however long that takes.
    private async ValueTask<RecordFate> PutAsideAsync(
        Record<TKey, TValue> record, int attempts, Exception failure, CancellationToken cancellationToken)
    {
        bool isBrief = false;
        for (int tries = 1; ; tries++)
        {
            try
            {
                LogPosition at = await _deadLetters!
                    .AppendAsync(
                        _plan.DeadLetterTopic!,
                        DeadLetters.Of(record, _plan.Group, attempts, failure, isBrief),
                        cancellationToken)
                    .ConfigureAwait(false);
                Log.PutAside(_logger, failure, _plan.Group, record.Position, attempts, at);
                _metrics.PutAside(_plan.Topic, _plan.Group);
                return RecordFate.Done;
            }
            catch (StreamLogException exception) when (
                exception.ErrorCode is ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge)
            {
                // It stays too large, however often it is tried; a little smaller it can be made.
                if (isBrief)
                {
                    Log.TooLargeToPutAside(
                        _logger, exception, _plan.Group, record.Position, _plan.DeadLetterTopic!);
                    return RecordFate.Paused;
                }

                isBrief = true;
                continue;
            }
            catch (Exception exception)
            {
                if (cancellationToken.IsCancellationRequested)
                    return RecordFate.Abandoned;
                _deadLetterFailures[record.Position] = exception;
                Log.CannotPutAside(_logger, exception, _plan.Group, record.Position, _plan.DeadLetterTopic!);
            }

            await Task.Delay(_backoff.Before(tries), _environment.Time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return RecordFate.Abandoned;
        }
    }

    // A fifth on either side, so that what failed together does not come back together.
    private TimeSpan WithChance(TimeSpan pause) =>
        pause * (0.8 + (_environment.NextRandom(JitterSteps + 1) / 1000.0));
}
