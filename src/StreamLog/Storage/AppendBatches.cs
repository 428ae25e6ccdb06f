using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>
/// Batches that were checked, and wait for their offsets. Made before the log's gate is taken.
/// </summary>
internal readonly struct AppendBatches
{
    private AppendBatches(RecordBuffer buffer, int offsetCount, long maxTimestamp, long appendTimeMs)
    {
        Buffer = buffer;
        OffsetCount = offsetCount;
        MaxTimestamp = maxTimestamp;
        AppendTimeMs = appendTimeMs;
    }

    /// <summary>Gets what goes to the file, with the log's timestamps where it gives any: a copy, or the buffer that
    /// the caller has handed over.</summary>
    public RecordBuffer Buffer { get; }

    /// <summary>Gets how many offsets the batches take.</summary>
    public int OffsetCount { get; }

    /// <summary>Gets the latest timestamp of all records.</summary>
    public long MaxTimestamp { get; }

    /// <summary>Gets the timestamp that the log gave to all records, or -1.</summary>
    public long AppendTimeMs { get; }

    /// <summary>Checks batches by the rules of a leader, and copies them unless the caller lets them be kept.</summary>
    /// <param name="batches">What the caller handed over; it is only read, unless it can be claimed.</param>
    /// <param name="config">The rules of the topic.</param>
    /// <param name="origin">Who hands them over.</param>
    /// <param name="nowMs">The node's time.</param>
    /// <param name="prepared">What is to be written, to be disposed by the caller.</param>
    /// <returns>An answer that refuses them, or None.</returns>
    public static AppendResult Prepare(
        RecordBuffer batches, LogConfig config, AppendOrigin origin, long nowMs, out AppendBatches prepared)
    {
        prepared = default;
        RecordBatchRules rules = RulesOf(config, origin, nowMs);

        // What is checked is what is written: nobody else changes the checked part of a copy, nor of what was claimed.
        bool isLogTime = config.TimestampType == TimestampType.LogAppendTime;
        bool isClaimed = !isLogTime && batches.TryClaim();
        if (isClaimed && batches.IsChecksumFresh)
            rules = rules with { IsCrcChecked = false };
        RecordBuffer copy = isClaimed ? batches.Retain() : RecordBuffer.CopyOf(batches.Span);
        try
        {
            Span<byte> bytes = copy.WritableMemory.Span;
            int offsetCount = 0;
            long maxTimestamp = -1;
            int at = 0;
            do
            {
                RecordBatchCheck check = RecordBatchValidator.Validate(bytes[at..], rules);
                if (!check.IsValid)
                {
                    copy.Dispose();
                    return AppendResult.Refused(check.ErrorCode, check.Message ?? "") with
                    {
                        RecordErrors = check.RecordErrors ?? [],
                    };
                }

                RecordBatchHeader header = new(bytes[at..]);
                bool isMaxWrong = !isLogTime && check.MaxTimestamp != header.MaxTimestamp && !header.IsControl;
                if (isMaxWrong && isClaimed)
                {
                    // The checksum covers it, so it is not to be changed in bytes that may be sent again.
                    isClaimed = false;
                    copy.Dispose();
                    copy = RecordBuffer.CopyOf(batches.Span);
                    bytes = copy.WritableMemory.Span;
                }

                Span<byte> batch = bytes.Slice(at, check.SizeInBytes);
                header = new RecordBatchHeader(batch);
                if (isLogTime)
                    RecordBatchHeader.StampLogAppendTime(batch, nowMs);
                else if (isMaxWrong)
                    RecordBatchHeader.StampMaxTimestamp(batch, check.MaxTimestamp);

                maxTimestamp = Math.Max(maxTimestamp, header.MaxTimestamp);
                offsetCount = checked(offsetCount + header.LastOffsetDelta + 1);
                at += batch.Length;
            }
            while (at < bytes.Length);

            if (config.Compression is { } target && origin == AppendOrigin.Client)
                Recompress(ref copy, target, config);

            prepared = new AppendBatches(copy, offsetCount, maxTimestamp, isLogTime ? nowMs : -1);
            return default;
        }
        catch (StreamLogException error)
        {
            copy.Dispose();
            return AppendResult.Refused(error.ErrorCode, error.Message);
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    private static void Recompress(ref RecordBuffer batch, CompressionType target, LogConfig config)
    {
        RecordBuffer produced = batch;
        batch = Recompression.Apply(produced, target, config.CompressionLevel);
        produced.Dispose();
        if (batch.Length > config.MaxMessageBytes)
        {
            throw new StreamLogException(
                ErrorCode.MessageTooLarge,
                $"The record batch has {batch.Length} bytes once it is stored as compression.type asks ({target}), " +
                $"and the topic's max.message.bytes is {config.MaxMessageBytes}. Send smaller batches, or raise that.");
        }
    }

    /// <summary>Gives the batches their offsets and their epoch.</summary>
    public void Stamp(long baseOffset, int leaderEpoch)
    {
        Span<byte> bytes = Buffer.WritableMemory.Span;
        RecordBatchEnumerator walk = new(bytes);
        while (walk.MoveNext())
        {
            RecordBatchHeader.Stamp(bytes[walk.Position..], baseOffset, leaderEpoch);
            baseOffset = walk.Header.NextOffset;
        }
    }

    private static RecordBatchRules RulesOf(LogConfig config, AppendOrigin origin, long nowMs) => new()
    {
        MaxMessageBytes = config.MaxMessageBytes,
        IsKeyRequired = config.IsCompacted,
        TimestampType = config.TimestampType,
        NowMs = nowMs,
        TimestampBeforeMaxMs = origin == AppendOrigin.Client ? config.MessageTimestampBeforeMaxMs : long.MaxValue,
        TimestampAfterMaxMs = origin == AppendOrigin.Client ? config.MessageTimestampAfterMaxMs : long.MaxValue,
        IsSingleBatch = origin == AppendOrigin.Client,
        IsControlAllowed = origin != AppendOrigin.Client,
    };
}
