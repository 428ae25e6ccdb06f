using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

/// <summary>A data directory with one partition on a disk of the test's choice.</summary>
internal sealed class LogHarness
{
    public const string Root = "/data";

    public static readonly TopicPartition Orders = new("orders", 0);
    public static readonly Guid TopicId = new("11111111-2222-3333-4444-555555555555");

    public LogHarness(
        IFileSystem files,
        LogConfig? config = null,
        LogDirectorySettings? settings = null,
        string root = Root,
        ILoggerFactory? loggers = null)
    {
        Config = config ?? new LogConfig();
        Environment = new SimulatedEnvironment(7, files);
        settings ??= new LogDirectorySettings { NodeId = 1 };
        Directory = LogDirectory.Open(Environment, root, settings, loggers ?? NullLoggerFactory.Instance);
        Log = Directory.OpenPartition(Orders, TopicId, Config);
    }

    public SimulatedEnvironment Environment { get; }

    public LogConfig Config { get; }

    public LogDirectory Directory { get; }

    public PartitionLog Log { get; }

    /// <summary>Stops in order. Over a disk of a test nothing is waited for.</summary>
    public void Stop() => Assert.True(Directory.DisposeAsync().AsTask().IsCompletedSuccessfully);

    /// <summary>Builds a batch of records whose values are the texts.</summary>
    public static RecordBuffer Batch(params string[] values) => Batch(1_000, values);

    public static RecordBuffer Batch(long timestamp, params string[] values)
    {
        using RecordBatchBuilder builder = new(16 * 1024 * 1024);
        Fill(builder, timestamp, values);
        return builder.Build();
    }

    public static RecordBuffer IdempotentBatch(long producerId, short epoch, int sequence, params string[] values)
    {
        using RecordBatchBuilder builder = new(16 * 1024 * 1024);
        Fill(builder, 1_000, values);
        builder.SetProducer(producerId, epoch, sequence, transactional: false);
        return builder.Build();
    }

    public AppendResult Append(params string[] values) => AppendAndDispose(Batch(values));

    public AppendResult AppendAt(long timestamp, params string[] values) => AppendAndDispose(Batch(timestamp, values));

    public AppendResult AppendIdempotent(long producerId, short epoch, int sequence, params string[] values) =>
        AppendAndDispose(IdempotentBatch(producerId, epoch, sequence, values));

    public AppendResult AppendAndDispose(RecordBuffer batch, int epoch = 0)
    {
        using (batch)
            return Log.AppendAsLeader(batch, epoch);
    }

    public void Flush() => Log.RequestFlush();

    /// <summary>Reads everything there is, as (offset, value).</summary>
    public List<(long Offset, string Value)> ReadAll(int maxBytes = 1_000_000) => ReadAll(Log, maxBytes);

    public static List<(long Offset, string Value)> ReadAll(PartitionLog log, int maxBytes = 1_000_000)
    {
        List<(long, string)> records = [];
        long offset = log.LogStartOffset;
        while (offset < log.LogEndOffset)
        {
            LogReadResult result = log.Read(offset, log.LogEndOffset, maxBytes, atLeastOneBatch: true);
            using RecordBuffer bytes = result.Records;
            if (result.ErrorCode != ErrorCode.None)
                throw new StreamLogException(result.ErrorCode, result.Message!);
            Assert.NotEqual(0, bytes.Length);
            foreach ((long at, string value) in Decode(bytes))
            {
                if (at >= offset)
                    records.Add((at, value));
            }

            offset = NextOffsetOf(bytes);
        }

        return records;
    }

    public static long NextOffsetOf(RecordBuffer bytes)
    {
        long next = -1;
        RecordBatchEnumerator walk = new(bytes.Span);
        while (walk.MoveNext())
            next = walk.Header.NextOffset;
        return next;
    }

    public static List<(long Offset, string Value)> Decode(RecordBuffer bytes)
    {
        List<(long, string)> records = [];
        RecordBatchEnumerator walk = new(bytes.Span);
        while (walk.MoveNext())
        {
            using RecordReader reader = new(walk.Current);
            while (reader.MoveNext())
                records.Add((reader.Current.Offset, Encoding.UTF8.GetString(reader.Current.Value)));
        }

        return records;
    }

    private static void Fill(RecordBatchBuilder builder, long timestamp, string[] values)
    {
        foreach (string value in values)
        {
            Assert.True(builder.TryAppend(
                timestamp, "k"u8, hasKey: true, Encoding.UTF8.GetBytes(value), hasValue: true, headers: null));
        }
    }
}
