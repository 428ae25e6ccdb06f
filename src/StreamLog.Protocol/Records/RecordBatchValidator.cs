using StreamLog.Protocol.Compression;

namespace StreamLog.Protocol.Records;

/// <summary>Checks a batch as a leader does before it appends it. What passes can be read by everybody for as long as
/// it is kept.</summary>
/// <remarks>
/// A wrong size or checksum is <see cref="ErrorCode.CorruptMessage"/>, which a client may send again. What is wrong in
/// spite of a right checksum was built so, and is <see cref="ErrorCode.InvalidRecord"/>: sending it again will not
/// help. A batch that passes costs one walk over its bytes and one over its records, and allocates nothing, unless it
/// is compressed.
/// </remarks>
public static class RecordBatchValidator
{
    // Kafka lists all. A batch of bad records can be built by anyone, and the answer to it must not outgrow it.
    internal const int RecordErrorsMax = 100;

    private static readonly RecordBatchCheck Accepted = new(ErrorCode.None);

    /// <summary>Checks the batch at the start of bytes.</summary>
    /// <param name="bytes">The bytes: one batch, or several if the rules allow it, of which the first is
    /// checked.</param>
    /// <param name="rules">What is asked of it.</param>
    /// <returns>The outcome. It never throws for what the bytes say.</returns>
    public static RecordBatchCheck Validate(ReadOnlySpan<byte> bytes, in RecordBatchRules rules)
    {
        RecordBatchCheck framed = CheckFrame(bytes, in rules);
        if (!framed.IsValid)
            return framed;

        ReadOnlySpan<byte> batch = bytes[..framed.SizeInBytes];
        RecordBatchHeader header = new(batch);
        RecordBatchCheck check = CheckHeader(header, in rules);
        if (!check.IsValid)
            return check;

        try
        {
            return CheckRecords(batch, header, in rules) with { SizeInBytes = framed.SizeInBytes };
        }
        catch (StreamLogException exception)
        {
            return new RecordBatchCheck(
                exception.ErrorCode == ErrorCode.CorruptMessage ? ErrorCode.InvalidRecord : exception.ErrorCode,
                exception.Message);
        }
    }

    /// <summary>Checks what lies outside the checksum, and the checksum.</summary>
    private static RecordBatchCheck CheckFrame(ReadOnlySpan<byte> bytes, in RecordBatchRules rules)
    {
        if (bytes.Length <= RecordBatchHeader.MagicAt)
            return Corrupt($"{bytes.Length} bytes hold no record batch.");

        // The magic stands at the same place in all versions, and says whether the rest can be read.
        sbyte magic = (sbyte)bytes[RecordBatchHeader.MagicAt];
        if (magic is 0 or 1)
            return new RecordBatchCheck(ErrorCode.UnsupportedForMessageFormat, RecordReader.UnsupportedMagic(magic));
        if (magic != RecordBatchHeader.CurrentMagic)
            return Corrupt($"The record batch has the unknown format version {magic}.");
        if (bytes.Length < RecordBatchHeader.Size)
        {
            return Corrupt(
                $"{bytes.Length} bytes cannot hold the header of a record batch, which has {RecordBatchHeader.Size}.");
        }

        RecordBatchHeader header = new(bytes);
        long size = (long)RecordBatchHeader.LengthPrefix + header.BatchLength;
        if (size < RecordBatchHeader.Size || size > bytes.Length)
            return Corrupt($"The record batch claims {size} bytes of {bytes.Length}.");
        if (size > rules.MaxMessageBytes)
        {
            return new RecordBatchCheck(
                ErrorCode.MessageTooLarge,
                $"The record batch has {size} bytes, and the topic's max.message.bytes is {rules.MaxMessageBytes}. "
                + "Send smaller batches, or raise that.");
        }

        if (rules.IsSingleBatch && size != bytes.Length)
        {
            return Invalid(
                $"A produce request holds one record batch, and here {bytes.Length - size} bytes follow it.");
        }

        if (rules.IsCrcChecked && !RecordBatchHeader.HasValidCrc(bytes[..(int)size]))
            return Corrupt("The record batch does not have the checksum that its header says. Send it again.");
        return Accepted with { SizeInBytes = (int)size };
    }

    private static RecordBatchCheck CheckHeader(RecordBatchHeader header, in RecordBatchRules rules)
    {
        const short Forbidden = unchecked((short)~RecordBatchHeader.KnownBits) | RecordBatchHeader.DeleteHorizonBit;
        if ((header.Attributes & Forbidden) != 0)
        {
            return Invalid(
                $"The record batch sets attributes 0x{header.Attributes & Forbidden:X4}, which no client may.");
        }

        if (header.IsControl && !rules.IsControlAllowed)
            return Invalid("The record batch is a control batch. Only the cluster itself writes these.");
        if (header.BaseOffset != 0)
        {
            return Invalid(
                $"The record batch has base offset {header.BaseOffset} instead of 0: the leader gives offsets.");
        }

        if (header.RecordCount <= 0)
            return Invalid($"The record batch claims {header.RecordCount} records. It needs one at least.");
        if (header.LastOffsetDelta != header.RecordCount - 1)
        {
            return Invalid(
                $"The record batch has {header.RecordCount} records but last offset delta {header.LastOffsetDelta}.");
        }

        return CheckProducer(header, in rules)
            ?? CheckCompression(header.Compression, in rules)
            ?? CheckTimestampType(header);
    }

    private static RecordBatchCheck? CheckProducer(RecordBatchHeader header, in RecordBatchRules rules)
    {
        if (!header.HasProducerId)
        {
            // Epoch and sequence are not looked at then: clients in use leave zeros there.
            return header.IsTransactional
                ? Invalid("The record batch is transactional but has no producer id.")
                : null;
        }

        if (header.ProducerEpoch < 0)
            return Invalid($"The record batch of producer {header.ProducerId} has epoch {header.ProducerEpoch}.");
        // What a coordinator writes for a producer is not numbered; everything that the producer itself sends is.
        if (header.BaseSequence < 0 && !header.IsControl && !rules.IsControlAllowed)
            return Invalid($"The record batch of producer {header.ProducerId} has sequence {header.BaseSequence}.");
        return null;
    }

    private static RecordBatchCheck? CheckCompression(CompressionType compression, in RecordBatchRules rules)
    {
        if (compression > CompressionType.Zstd)
        {
            return new RecordBatchCheck(
                ErrorCode.UnsupportedCompressionType,
                $"The record batch has the unknown compression type {(int)compression}. "
                + "Use gzip, snappy, lz4 or zstd.");
        }

        return compression == CompressionType.Zstd && !rules.IsZstdAllowed
            ? new RecordBatchCheck(
                ErrorCode.UnsupportedCompressionType,
                "The record batch is compressed with zstd, which needs version 7 of the produce request. "
                + "Use a newer client.")
            : null;
    }

    private static RecordBatchCheck CheckTimestampType(RecordBatchHeader header) =>
        header.TimestampType == TimestampType.LogAppendTime
            ? new RecordBatchCheck(
                ErrorCode.InvalidTimestamp, "The record batch claims log append time, which only a leader may set.")
            : Accepted;

    private static RecordBatchCheck CheckRecords(
        ReadOnlySpan<byte> batch, RecordBatchHeader header, in RecordBatchRules rules)
    {
        ReadOnlySpan<byte> records = batch[RecordBatchHeader.Size..];
        if (header.Compression == CompressionType.None)
            return WalkRecords(records, header, in rules);

        using RecordBuffer decompressed =
            CompressionCodecs.Get(header.Compression).Decompress(records, rules.MaxDecompressedBytes);
        return WalkRecords(decompressed.Span, header, in rules);
    }

    private static RecordBatchCheck WalkRecords(
        ReadOnlySpan<byte> records, RecordBatchHeader header, in RecordBatchRules rules)
    {
        RecordBatchOrigin origin = new(header);
        TimestampBounds bounds = new(in rules);
        List<(int Index, string Message)>? errors = null;
        ErrorCode firstError = ErrorCode.None;
        long maxTimestamp = long.MinValue;
        int maxTimestampDelta = -1;
        int position = 0;
        int count = header.RecordCount;
        for (int i = 0; i < count; i++)
        {
            if (!RecordReader.TryReadNext(records, ref position, in origin, out RecordView record))
                CorruptBatch.Throw($"it claims {count} records and ends after {i}");
            if (record.Offset != i)
                CorruptBatch.Throw($"record {i} has offset delta {record.Offset}: they must count from 0 by 1");
            if (record.HeaderCount > 0)
                WalkHeaders(record.Headers);

            if (record.Timestamp > maxTimestamp)
            {
                maxTimestamp = record.Timestamp;
                maxTimestampDelta = i;
            }

            if (rules.IsKeyRequired && !record.HasKey)
            {
                Add(ref errors, ref firstError, ErrorCode.InvalidRecord, i,
                    "A compacted topic needs a key in every record.");
            }
            else if (!bounds.Hold(record.Timestamp))
            {
                Add(ref errors, ref firstError, ErrorCode.InvalidTimestamp, i, bounds.Describe(record.Timestamp));
            }
        }

        if (position != records.Length)
            CorruptBatch.Throw($"{records.Length - position} bytes follow its last record");
        return errors is null
            ? Accepted with { MaxTimestamp = maxTimestamp, MaxTimestampDelta = maxTimestampDelta }
            : Refuse(firstError, errors);
    }

    private static void WalkHeaders(RecordHeadersReader headers)
    {
        while (headers.MoveNext())
        {
            // Moving is checking: it throws for what does not fit.
        }
    }

    private static void Add(
        ref List<(int Index, string Message)>? errors, ref ErrorCode first, ErrorCode error, int index, string message)
    {
        if (errors is null)
            first = error;
        errors ??= [];
        if (errors.Count < RecordErrorsMax)
            errors.Add((index, message));
    }

    private static RecordBatchCheck Refuse(ErrorCode error, List<(int Index, string Message)> errors) => new(
        error,
        $"The record batch was refused because of its records, first number {errors[0].Index}: {errors[0].Message}",
        errors);

    private static RecordBatchCheck Corrupt(string message) => new(ErrorCode.CorruptMessage, message);

    private static RecordBatchCheck Invalid(string message) => new(ErrorCode.InvalidRecord, message);
}
