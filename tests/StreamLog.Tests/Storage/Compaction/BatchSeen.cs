using System.Text;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

/// <summary>A batch as a reader sees it.</summary>
internal sealed record BatchSeen
{
    public long BaseOffset { get; init; }

    public long LastOffset { get; init; }

    public long ProducerId { get; init; }

    public int BaseSequence { get; init; }

    public bool IsControl { get; init; }

    public bool IsTransactional { get; init; }

    public CompressionType Compression { get; init; }

    public long? DeleteHorizonMs { get; init; }

    public long MaxTimestamp { get; init; }

    public List<(long Offset, string Key, string? Value)> Records { get; } = [];

    public List<long> Timestamps { get; } = [];

    public static BatchSeen Of(ReadOnlySpan<byte> bytes)
    {
        Assert.True(RecordBatchHeader.HasValidCrc(bytes));
        RecordBatchHeader header = new(bytes);
        BatchSeen batch = new()
        {
            BaseOffset = header.BaseOffset,
            LastOffset = header.LastOffset,
            ProducerId = header.ProducerId,
            BaseSequence = header.BaseSequence,
            IsControl = header.IsControl,
            IsTransactional = header.IsTransactional,
            Compression = header.Compression,
            DeleteHorizonMs = header.HasDeleteHorizon ? header.BaseTimestamp : null,
            MaxTimestamp = header.MaxTimestamp,
        };
        using RecordReader reader = new(bytes);
        while (reader.MoveNext())
        {
            RecordView record = reader.Current;
            string? value = record.HasValue ? Encoding.UTF8.GetString(record.Value) : null;
            batch.Records.Add((record.Offset, Encoding.UTF8.GetString(record.Key), value));
            batch.Timestamps.Add(record.Timestamp);
        }

        return batch;
    }
}
