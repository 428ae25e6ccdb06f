using Microsoft.Extensions.Logging;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Consuming;

/// <summary>Decides what becomes of partitions that could not be fetched: try again, look anew, begin elsewhere, or
/// tell the reader.</summary>
/// <remarks>Not thread-safe: the fetch loop alone calls it.</remarks>
internal sealed partial class FetchFailures
{
    // So many failures in a row are worth a warning; a failover takes fewer.
    private const int Patience = 10;

    private readonly BrokerSession _session;
    private readonly ConsumerOptions _options;
    private readonly ReadingSet _readings;
    private readonly OffsetLookup _offsets;
    private readonly Backoff _pause;
    private readonly ILogger _logger;

    private readonly HashSet<string> _staleTopics = [];
    private readonly List<PartitionReading> _lost = [];

    // Since when a topic is not known, on the clock's timestamps.
    private readonly Dictionary<string, long> _unknownSince = new(StringComparer.Ordinal);

    /// <summary>Creates the decision.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="options">The pauses, and the reset policy.</param>
    /// <param name="readings">What is read.</param>
    /// <param name="offsets">Finds the ends of partitions.</param>
    /// <param name="logger">Where it logs.</param>
    public FetchFailures(
        BrokerSession session, ConsumerOptions options, ReadingSet readings, OffsetLookup offsets, ILogger logger)
    {
        _session = session;
        _options = options;
        _readings = readings;
        _offsets = offsets;
        TimeSpan longest = TimeSpan.FromTicks(options.RetryBackoff.Ticks * 10);
        _pause = new Backoff(session.Environment, options.RetryBackoff, longest);
        _logger = logger;
    }

    /// <summary>Has readings tried again after a pause.</summary>
    /// <param name="asked">The readings.</param>
    /// <param name="reason">Why they failed.</param>
    public void Retry(List<PartitionReading> asked, Exception reason)
    {
        foreach (PartitionReading reading in asked)
            Retry(reading, reason.Message);
    }

    /// <summary>Takes an error that a partition was answered with.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>Whether the reader has to be told.</returns>
    public bool Take(PartitionReading reading, FetchResponse.PartitionData answer)
    {
        ErrorCode code = answer.ErrorCode;
        if (code == ErrorCode.OffsetOutOfRange)
            return TakeOutOfRange(reading, answer);

        // A disk that failed and data that is corrupt stay so, however often they are asked for; but another broker may
        // take over.
        bool isFinal = code == ErrorCode.CorruptMessage
            || (code == ErrorCode.KafkaStorageError && !_session.HasSeveralBrokers);
        if (ErrorCodes.IsRetriable(code) && !isFinal)
        {
            _staleTopics.Add(reading.Partition.Topic);
            Retry(reading, code.ToString());
            return false;
        }

        StreamLogException words = ClientErrors.ForPartition(code, reading.Partition);
        _readings.Fail(reading, new StreamLogException(
            code, $"{words.Message} It was to be read at offset {reading.FetchOffset}."));
        return true;
    }

    /// <summary>Asks the broker where that helps: what topics are now, and where partitions begin and end.</summary>
    /// <returns>Whether the reader has to look.</returns>
    public async ValueTask<bool> ResolveAsync()
    {
        bool hasNews = false;
        foreach (string topic in _staleTopics)
            hasNews |= await LookAgainAsync(topic).ConfigureAwait(false);
        _staleTopics.Clear();

        foreach (PartitionReading reading in _lost)
            hasNews |= await ResetAsync(reading).ConfigureAwait(false);
        _lost.Clear();
        return hasNews;
    }

    private void Retry(PartitionReading reading, string reason)
    {
        reading.Failures++;
        reading.RetryAt = _session.Time.GetTimestamp()
            + Durations.ToTimestamp(_session.Time, _pause.Before(reading.Failures));
        LogLevel level = reading.Failures == Patience ? LogLevel.Warning : LogLevel.Debug;
        Log.Retries(_logger, level, reading.Partition, reading.Failures, reason);
    }

    private bool TakeOutOfRange(PartitionReading reading, FetchResponse.PartitionData answer)
    {
        // The place fetched from was computed from what was fetched before. If that is corrupt, the reader will find
        // out, and must not be led elsewhere before it has.
        if (reading.Buffered > 0)
        {
            Retry(reading, "The offset is out of range, and what was fetched before is not read yet.");
            return false;
        }

        if (_options.OffsetReset != OffsetReset.None)
        {
            _lost.Add(reading);
            return false;
        }

        _readings.Fail(reading, new StreamLogException(
            ErrorCode.OffsetOutOfRange,
            $"Partition {reading.Partition} has no offset {reading.FetchOffset}: it holds {answer.LogStartOffset} to "
            + $"{answer.HighWatermark}. Seek to one of these, or set ConsumerOptions.OffsetReset to Earliest or "
            + "Latest."));
        return true;
    }

    private async ValueTask<bool> LookAgainAsync(string topic)
    {
        try
        {
            TopicMetadata now = await _session
                .FindTopicAsync(topic, mayCreate: false, _options.ApiTimeout, CancellationToken.None)
                .ConfigureAwait(false);
            _unknownSince.Remove(topic);
            foreach (PartitionReading reading in _readings.Readings().Values)
            {
                if (reading.Partition.Topic != topic || reading.Partition.Partition >= now.PartitionCount)
                    continue;
                reading.TopicId = now.TopicId;
                reading.LeaderEpoch = now.LeaderEpochs[reading.Partition.Partition];
            }

            return false;
        }
        catch (StreamLogException exception)
            when (!exception.IsRetriable
                || (exception.ErrorCode == ErrorCode.UnknownTopicOrPartition && !MayComeYet(topic, exception)))
        {
            // It is gone for good, and waiting for it would be a stall that nobody sees.
            foreach (PartitionReading reading in _readings.Readings().Values)
            {
                if (reading.Partition.Topic == topic)
                    _readings.Fail(reading, exception);
            }

            return true;
        }
        catch (StreamLogException exception)
        {
            Log.NoMetadata(_logger, exception, topic);
            return false;
        }
    }

    private bool MayComeYet(string topic, StreamLogException exception)
    {
        _unknownSince.TryAdd(topic, _session.Time.GetTimestamp());
        return _session.IsPassing(exception, _unknownSince[topic]);
    }

    private async ValueTask<bool> ResetAsync(PartitionReading reading)
    {
        StartAt startAt = _options.OffsetReset == OffsetReset.Latest ? StartAt.Latest : StartAt.Earliest;
        try
        {
            IReadOnlyDictionary<TopicPartition, long> found = await _offsets
                .FindAsync([reading.Partition], startAt, _options.ApiTimeout, CancellationToken.None)
                .ConfigureAwait(false);
            long offset = found[reading.Partition];
            Log.Reset(_logger, reading.Partition, reading.FetchOffset, offset, _options.OffsetReset);
            _readings.Replace(reading, reading.From(offset));
        }
        catch (StreamLogException exception) when (exception.IsRetriable)
        {
            Retry(reading, exception.Message);
        }
        catch (StreamLogException exception)
        {
            _readings.Fail(reading, exception);
        }

        return true;
    }
}
