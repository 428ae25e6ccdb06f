using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Records;

/// <summary>Reads a topic and prints it, to its end or for ever.</summary>
/// <remarks>Owned by one command. For one thread.</remarks>
internal sealed class Reading
{
    private const int BatchRecords = 500;

    // For how long the first record of a batch waits for others.
    private static readonly TimeSpan BatchWait = TimeSpan.FromMilliseconds(2);

    // How often it is looked whether the end is reached, where the last offsets are none of records.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly LogTarget _log;
    private readonly string _topic;
    private readonly RecordPrinter _printer;
    private readonly TimeProvider _time;

    public Reading(LogTarget log, string topic, RecordPrinter printer, TimeProvider time)
    {
        _log = log;
        _topic = topic;
        _printer = printer;
        _time = time;
    }

    /// <summary>Gets how many records may still be printed.</summary>
    public required long Left { get; set; }

    public required bool IsFollowing { get; init; }

    public required IsolationLevel Isolation { get; init; }

    /// <summary>Reads partitions from a place on.</summary>
    /// <param name="place">Where to begin.</param>
    /// <param name="numbers">The partitions; all of them where it is empty.</param>
    /// <param name="cancellationToken">Stops. What was read is printed.</param>
    public async ValueTask ReadAsync(StartPlace place, int[] numbers, CancellationToken cancellationToken)
    {
        Topic topic = await _log.Admin.DescribeTopicAsync(_topic, cancellationToken).ConfigureAwait(false);
        TopicPartition[] partitions = PartitionsOf(topic, numbers);
        Dictionary<TopicPartition, long> starts =
            await place.FindAsync(_log, partitions, cancellationToken).ConfigureAwait(false);
        Dictionary<TopicPartition, long>? ends = IsFollowing
            ? null
            : topic.Partitions.ToDictionary(partition => partition.TopicPartition, EndOf);

        IConsumer<byte[], byte[]> consumer =
            _log.Log.CreateConsumer<byte[], byte[]>(options => options.Isolation = Isolation);
        await using (consumer.ConfigureAwait(false))
        {
            await consumer.AssignAsync(partitions, StartAt.Earliest, cancellationToken).ConfigureAwait(false);
            foreach ((TopicPartition partition, long start) in starts)
                await consumer.SeekAsync(partition, StartAt.Offset(start), cancellationToken).ConfigureAwait(false);
            if (ends is null)
                await PrintAsync(consumer.ReadBatchesAsync, null, cancellationToken).ConfigureAwait(false);
            else
                await ReadToEndAsync(consumer, ends, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads as a member of a group, and commits what was printed.</summary>
    /// <param name="group">The group.</param>
    /// <param name="place">Where to begin where it has committed nothing: one of the two edges.</param>
    /// <param name="cancellationToken">Stops. What was printed is committed.</param>
    public async ValueTask ReadAsGroupAsync(string group, StartPlace place, CancellationToken cancellationToken)
    {
        await _log.Admin.DescribeTopicAsync(_topic, cancellationToken).ConfigureAwait(false);
        IGroupConsumer<byte[], byte[]> consumer = _log.Log.Subscribe<byte[], byte[]>(
            group,
            Subscription.To(_topic),
            options =>
            {
                options.Isolation = Isolation;
                options.OffsetReset =
                    place.Edge == StartAtKind.Latest ? OffsetReset.Latest : OffsetReset.Earliest;
                options.Commit = CommitMode.OnComplete;
            });
        // Its disposal commits what is complete, which is what was printed, and leaves the group.
        await using (consumer.ConfigureAwait(false))
        {
            if (IsFollowing)
            {
                await PrintAsync(consumer.ReadBatchesAsync, null, cancellationToken).ConfigureAwait(false);
                return;
            }

            using CancellationTokenSource atEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task watch = WatchLagAsync(consumer, atEnd);
            try
            {
                await PrintAsync(consumer.ReadBatchesAsync, null, atEnd.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The end is reached.
            }
            finally
            {
                await atEnd.CancelAsync().ConfigureAwait(false);
                await watch.ConfigureAwait(false);
            }
        }
    }

    private async ValueTask ReadToEndAsync(
        IConsumer<byte[], byte[]> consumer,
        Dictionary<TopicPartition, long> ends,
        CancellationToken cancellationToken)
    {
        EndWatch end = new(consumer, ends, _time, cancellationToken);
        await using (end.ConfigureAwait(false))
        {
            try
            {
                await PrintAsync(consumer.ReadBatchesAsync, end.IsBeforeEnd, end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The end is reached.
            }
        }
    }

    private async ValueTask PrintAsync(
        Func<int, TimeSpan, CancellationToken, IAsyncEnumerable<IReadOnlyList<Record<byte[], byte[]>>>> read,
        Func<LogPosition, bool>? isWanted,
        CancellationToken cancellationToken)
    {
        int most = (int)Math.Min(BatchRecords, Left);
        await foreach (IReadOnlyList<Record<byte[], byte[]>> batch in
            read(most, BatchWait, cancellationToken).ConfigureAwait(false))
        {
            List<Record<byte[], byte[]>> wanted =
            [
                .. batch.Where(record => isWanted is null || isWanted(record.Position))
                    .Take((int)Math.Min(most, Left)),
            ];
            await _printer.PrintAsync(wanted).ConfigureAwait(false);
            foreach (Record<byte[], byte[]> record in wanted)
                record.Complete();
            Left -= wanted.Count;
            if (Left == 0)
                return;
        }
    }

    private async Task WatchLagAsync(IGroupConsumer<byte[], byte[]> consumer, CancellationTokenSource atEnd)
    {
        try
        {
            using PeriodicTimer timer = new(LookInterval, _time);
            while (await timer.WaitForNextTickAsync(atEnd.Token).ConfigureAwait(false))
            {
                IReadOnlyDictionary<TopicPartition, long> lag =
                    await consumer.LagAsync(atEnd.Token).ConfigureAwait(false);
                if (lag.Count > 0 && lag.Values.All(offsets => offsets == 0))
                    await atEnd.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (atEnd.IsCancellationRequested)
        {
            // The reading has ended.
        }
        finally
        {
            // It also ends where the lag cannot be asked for: it would wait for ever.
            await atEnd.CancelAsync().ConfigureAwait(false);
        }
    }

    private TopicPartition[] PartitionsOf(Topic topic, int[] numbers)
    {
        foreach (int number in numbers)
        {
            if (number < 0 || number >= topic.Partitions.Count)
            {
                throw CommandFailure.Usage(
                    $"Topic '{_topic}' has no partition {number}: it has 0 to {topic.Partitions.Count - 1}.");
            }
        }

        return numbers.Length == 0
            ? [.. topic.Partitions.Select(partition => partition.TopicPartition)]
            : [.. numbers.Distinct().Select(number => new TopicPartition(_topic, number))];
    }

    private long EndOf(Partition partition) =>
        Isolation == IsolationLevel.ReadCommitted ? partition.LastStableOffset : partition.HighWatermark;
}
