using System.Buffers.Binary;

namespace StreamLog.Protocol.Records;

/// <summary>A view of the header of one record batch. It owns no memory and trusts no field.</summary>
/// <remarks>
/// The layout is Kafka's message format v2, big-endian, so a batch goes from a socket to a segment and back without
/// being rewritten:
/// <code>
///  0  BaseOffset            i64  set by the leader
///  8  BatchLength           i32  bytes that follow this field
/// 12  PartitionLeaderEpoch  i32  set by the leader
/// 16  Magic                 i8   2
/// 17  Crc                   u32  CRC-32C of all that follows it
/// 21  Attributes            i16  bits 0-2 compression, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
/// 23  LastOffsetDelta       i32
/// 27  BaseTimestamp         i64  of the first record, or the delete horizon
/// 35  MaxTimestamp          i64
/// 43  ProducerId            i64  -1: none
/// 51  ProducerEpoch         i16
/// 53  BaseSequence          i32
/// 57  RecordCount           i32
/// 61  records
/// </code>
/// What the leader sets lies before the CRC: it stamps a batch without hashing it again.
/// </remarks>
public readonly ref struct RecordBatchHeader
{
    /// <summary>The number of bytes of a header.</summary>
    public const int Size = 61;

    /// <summary>The number of bytes up to and including the batch length, which counts what follows it.</summary>
    public const int LengthPrefix = 12;

    /// <summary>The only version of the format that is spoken here.</summary>
    public const sbyte CurrentMagic = 2;

    /// <summary>Where <see cref="BatchLength"/> stands.</summary>
    public const int BatchLengthAt = 8;

    /// <summary>Where <see cref="PartitionLeaderEpoch"/> stands.</summary>
    public const int PartitionLeaderEpochAt = 12;

    /// <summary>Where <see cref="Magic"/> stands.</summary>
    public const int MagicAt = 16;

    /// <summary>Where <see cref="Crc"/> stands.</summary>
    public const int CrcAt = 17;

    /// <summary>Where <see cref="Attributes"/> stand, and with them all that the checksum covers.</summary>
    public const int AttributesAt = 21;

    /// <summary>Where <see cref="LastOffsetDelta"/> stands.</summary>
    public const int LastOffsetDeltaAt = 23;

    /// <summary>Where <see cref="BaseTimestamp"/> stands.</summary>
    public const int BaseTimestampAt = 27;

    /// <summary>Where <see cref="MaxTimestamp"/> stands.</summary>
    public const int MaxTimestampAt = 35;

    /// <summary>Where <see cref="ProducerId"/> stands.</summary>
    public const int ProducerIdAt = 43;

    /// <summary>Where <see cref="ProducerEpoch"/> stands.</summary>
    public const int ProducerEpochAt = 51;

    /// <summary>Where <see cref="BaseSequence"/> stands.</summary>
    public const int BaseSequenceAt = 53;

    /// <summary>Where <see cref="RecordCount"/> stands.</summary>
    public const int RecordCountAt = 57;

    internal const short CompressionMask = 0x07;
    internal const short LogAppendTimeBit = 0x08;
    internal const short TransactionalBit = 0x10;
    internal const short ControlBit = 0x20;
    internal const short DeleteHorizonBit = 0x40;
    internal const short KnownBits = 0x7F;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Creates a view.</summary>
    /// <param name="bytes">A batch, or at least its header.</param>
    /// <exception cref="StreamLogException">There are fewer bytes than a header has.</exception>
    public RecordBatchHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size)
            CorruptBatch.Throw($"{bytes.Length} bytes cannot hold its header of {Size}");
        _bytes = bytes[..Size];
    }

    /// <summary>Gets the offset of the first record.</summary>
    public long BaseOffset => BinaryPrimitives.ReadInt64BigEndian(_bytes);

    /// <summary>Gets how many bytes follow this field.</summary>
    public int BatchLength => BinaryPrimitives.ReadInt32BigEndian(_bytes[BatchLengthAt..]);

    /// <summary>Gets the number of bytes of the whole batch, as it claims: check it against what is there.</summary>
    public int SizeInBytes => unchecked(LengthPrefix + BatchLength);

    /// <summary>Gets the epoch of the leader that appended the batch.</summary>
    public int PartitionLeaderEpoch => BinaryPrimitives.ReadInt32BigEndian(_bytes[PartitionLeaderEpochAt..]);

    /// <summary>Gets the version of the format.</summary>
    public sbyte Magic => (sbyte)_bytes[MagicAt];

    /// <summary>Gets the checksum of all that follows it.</summary>
    public uint Crc => BinaryPrimitives.ReadUInt32BigEndian(_bytes[CrcAt..]);

    /// <summary>Gets the bits that say how to read the batch.</summary>
    public short Attributes => BinaryPrimitives.ReadInt16BigEndian(_bytes[AttributesAt..]);

    /// <summary>Gets how far the last offset lies from the first. Compaction keeps it, though records go.</summary>
    public int LastOffsetDelta => BinaryPrimitives.ReadInt32BigEndian(_bytes[LastOffsetDeltaAt..]);

    /// <summary>Gets the time that the records' timestamps count from, in Unix milliseconds.</summary>
    public long BaseTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[BaseTimestampAt..]);

    /// <summary>Gets the latest timestamp, in Unix milliseconds; with log append time, that of every record.</summary>
    public long MaxTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[MaxTimestampAt..]);

    /// <summary>Gets the id of the idempotent producer; -1 for none.</summary>
    public long ProducerId => BinaryPrimitives.ReadInt64BigEndian(_bytes[ProducerIdAt..]);

    /// <summary>Gets the epoch of the producer; -1 for none.</summary>
    public short ProducerEpoch => BinaryPrimitives.ReadInt16BigEndian(_bytes[ProducerEpochAt..]);

    /// <summary>Gets the producer's number of the first record; -1 for none.</summary>
    public int BaseSequence => BinaryPrimitives.ReadInt32BigEndian(_bytes[BaseSequenceAt..]);

    /// <summary>Gets the number of records.</summary>
    public int RecordCount => BinaryPrimitives.ReadInt32BigEndian(_bytes[RecordCountAt..]);

    /// <summary>Gets how the records are compressed. A number above <see cref="CompressionType.Zstd"/> is not known
    /// here.</summary>
    public CompressionType Compression => (CompressionType)(Attributes & CompressionMask);

    /// <summary>Gets whose clock gave the timestamps.</summary>
    public TimestampType TimestampType =>
        (Attributes & LogAppendTimeBit) != 0 ? TimestampType.LogAppendTime : TimestampType.CreateTime;

    /// <summary>Gets whether the batch is part of a transaction.</summary>
    public bool IsTransactional => (Attributes & TransactionalBit) != 0;

    /// <summary>Gets whether the batch holds marks for the log itself instead of records for applications.</summary>
    public bool IsControl => (Attributes & ControlBit) != 0;

    /// <summary>Gets whether <see cref="BaseTimestamp"/> is the time after which compaction drops the batch's
    /// tombstones.</summary>
    public bool HasDeleteHorizon => (Attributes & DeleteHorizonBit) != 0;

    /// <summary>Gets whether a producer id is set.</summary>
    public bool HasProducerId => ProducerId >= 0;

    /// <summary>Gets the offset of the last record, also where compaction has removed that one.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>Gets the offset that the next batch will start at.</summary>
    public long NextOffset => BaseOffset + LastOffsetDelta + 1;

    /// <summary>Gets the producer's number of the last record; -1 for none. Numbers go on from 0 after the
    /// largest.</summary>
    public int LastSequence => BaseSequence < 0 ? -1 : AdvanceSequence(BaseSequence, LastOffsetDelta);

    /// <summary>Moves a sequence number on: after <see cref="int.MaxValue"/> comes 0.</summary>
    /// <param name="sequence">The number.</param>
    /// <param name="count">How far to move.</param>
    /// <returns>The number that is <paramref name="count"/> later.</returns>
    public static int AdvanceSequence(int sequence, int count) => unchecked(sequence + count) & int.MaxValue;

    /// <summary>Computes the checksum of a whole batch and compares it to the one in its header.</summary>
    /// <param name="batch">The batch, header and records.</param>
    /// <returns>Whether they are the same.</returns>
    public static bool HasValidCrc(ReadOnlySpan<byte> batch) =>
        batch.Length >= Size
        && BinaryPrimitives.ReadUInt32BigEndian(batch[CrcAt..]) == Crc32C.Compute(batch[AttributesAt..]);

    /// <summary>Sets what a leader sets: it lies before the checksum, which stays as it is.</summary>
    /// <param name="header">The header, or a batch that begins with it.</param>
    /// <param name="baseOffset">The offset of the first record.</param>
    /// <param name="leaderEpoch">The leader's epoch.</param>
    public static void Stamp(Span<byte> header, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(header, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(header[PartitionLeaderEpochAt..], leaderEpoch);
    }

    /// <summary>Gives every record of a batch the leader's time, and computes the checksum again.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="nowMs">The time, in Unix milliseconds.</param>
    public static void StampLogAppendTime(Span<byte> batch, long nowMs)
    {
        short attributes = BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], (short)(attributes | LogAppendTimeBit));
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], nowMs);
        StampCrc(batch);
    }

    /// <summary>Sets the largest timestamp of a batch, and computes the checksum again.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="timestampMs">The time, in Unix milliseconds.</param>
    public static void StampMaxTimestamp(Span<byte> batch, long timestampMs)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], timestampMs);
        StampCrc(batch);
    }

    /// <summary>Sets the producer of a batch that was built before it was known, and computes the checksum
    /// again.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="id">The producer's id.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="baseSequence">The number of the first record.</param>
    public static void StampProducer(Span<byte> batch, long id, short epoch, int baseSequence)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[ProducerIdAt..], id);
        BinaryPrimitives.WriteInt16BigEndian(batch[ProducerEpochAt..], epoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[BaseSequenceAt..], baseSequence);
        StampCrc(batch);
    }

    /// <summary>Computes the checksum of a whole batch and sets it.</summary>
    /// <param name="batch">The whole batch.</param>
    public static void StampCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], Crc32C.Compute(batch[AttributesAt..]));
}
