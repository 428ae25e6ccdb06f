using System.Text;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

/// <summary>A compacted log of text keys and values, and what tests ask of it.</summary>
internal sealed class CompactionHarness
{
    public static readonly LogConfig Small = new()
    {
        IsCompacted = true,
        IsDeletable = false,
        SegmentBytes = 500,
        IndexIntervalBytes = 150,
        FileDeleteDelayMs = 0,
        MinCleanableDirtyRatio = 0,
        DeleteRetentionMs = 10_000,
        MessageTimestampAfterMaxMs = long.MaxValue,
    };

    public CompactionHarness(IFileSystem files, LogConfig? config = null, LogDirectorySettings? settings = null)
    {
        Files = files;
        Inner = new LogHarness(files, config ?? Small, settings);
    }

    public IFileSystem Files { get; }

    public LogHarness Inner { get; }

    public PartitionLog Log => Inner.Log;

    public SimulatedEnvironment Environment => Inner.Environment;

    /// <summary>Appends one batch of (key, value); a value of null is a tombstone.</summary>
    public long Append(params (string Key, string? Value)[] records) => Append(BatchOf(records));

    public long Append(RecordBuffer batch, AppendOrigin origin = AppendOrigin.Client)
    {
        using (batch)
        {
            AppendResult result = Log.AppendAsLeader(batch, 0, origin);
            Assert.Equal((ErrorCode.None, null), (result.ErrorCode, result.Message));
            return result.BaseOffset;
        }
    }

    public long EndTransaction(long producerId, ControlRecordType type) =>
        Append(ControlRecords.BuildEndTransaction(type, producerId, 0, 1, 2_000), AppendOrigin.Coordinator);

    public static RecordBuffer BatchOf(
        (string Key, string? Value)[] records, long producerId = -1, int sequence = -1, bool isTransactional = false,
        CompressionType compression = CompressionType.None, long timestamp = 1_000)
    {
        using RecordBatchBuilder builder = new(1 << 20);
        foreach ((string key, string? value) in records)
        {
            Assert.True(builder.TryAppend(
                timestamp++, Encoding.UTF8.GetBytes(key), hasKey: key.Length > 0,
                Encoding.UTF8.GetBytes(value ?? ""), hasValue: value is not null, headers: null));
        }

        if (producerId >= 0)
            builder.SetProducer(producerId, 0, sequence, isTransactional);
        RecordBuffer built = builder.Build();
        if (compression == CompressionType.None)
            return built;
        using (built)
            return Recompression.Apply(built, compression);
    }

    /// <summary>Makes everything durable and committed.</summary>
    public void Commit()
    {
        Inner.Flush();
        Log.HighWatermark = Log.DurableOffset;
    }

    /// <summary>Compacts on command, up to the end of the log.</summary>
    public CompactionReport Compact()
    {
        Commit();
        ValueTask<CompactionReport> turn = Inner.Directory.Compaction.CompactAsync(null, CancellationToken.None);
        Assert.True(turn.IsCompletedSuccessfully);
        return turn.Result;
    }

    /// <summary>Does a turn of the loop.</summary>
    public void Turn()
    {
        Commit();
        ValueTask turn = Inner.Directory.Compaction.RunAsync(CancellationToken.None);
        Assert.True(turn.IsCompletedSuccessfully);
    }

    /// <summary>Reads all records of applications; the batches must lie one behind the other.</summary>
    public List<(long Offset, string Key, string? Value)> ReadAll()
    {
        List<(long, string, string?)> records = [];
        foreach (BatchSeen batch in Batches())
        {
            if (!batch.IsControl)
                records.AddRange(batch.Records);
        }

        return records;
    }

    public List<BatchSeen> Batches()
    {
        List<BatchSeen> batches = [];
        long offset = Log.LogStartOffset;
        while (offset < Log.LogEndOffset)
        {
            LogReadResult result = Log.Read(offset, Log.LogEndOffset, 700, atLeastOneBatch: true);
            Assert.Equal((ErrorCode.None, null), (result.ErrorCode, result.Message));
            using RecordBuffer bytes = result.Records;
            RecordBatchEnumerator walk = new(bytes.Span);
            Assert.NotEqual(0, bytes.Length);
            while (walk.MoveNext())
            {
                BatchSeen batch = BatchSeen.Of(walk.Current);
                Assert.True(batches.Count == 0 || batch.BaseOffset == offset, $"{batch.BaseOffset} for {offset}");
                batches.Add(batch);
                offset = batch.LastOffset + 1;
            }
        }

        return batches;
    }

    /// <summary>Lists the names of the partition's files.</summary>
    public string[] FileNames() =>
        [.. Files.List(Path.Combine(LogHarness.Root, "orders-0")).Select(entry => entry.Name)];
}
