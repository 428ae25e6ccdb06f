using System.Buffers.Binary;

namespace StreamLog.Protocol.Records;

/// <summary>Walks the batches that stand one after another in a run of bytes.</summary>
/// <remarks>
/// It stops before an incomplete last batch, as fetches may end in one. It looks at lengths only: checksums and records
/// are for
/// <see cref="RecordReader"/>. It works under <c>foreach</c>.
/// </remarks>
public ref struct RecordBatchEnumerator
{
    // A batch of magic 0 or 1 may be this short. The validator, not the walk, says that these are not supported.
    private const int MinSize = RecordBatchHeader.MagicAt + 1;

    private readonly ReadOnlySpan<byte> _batches;
    private int _length;

    /// <summary>Creates an enumerator that stands before the first batch.</summary>
    /// <param name="batches">The bytes.</param>
    public RecordBatchEnumerator(ReadOnlySpan<byte> batches) => _batches = batches;

    /// <summary>Gets where the current batch begins.</summary>
    public int Position { get; private set; }

    /// <summary>Gets where the next batch begins. After the last one, that many bytes were whole batches.</summary>
    public readonly int NextPosition => Position + _length;

    /// <summary>Gets the bytes of the current batch.</summary>
    public readonly ReadOnlySpan<byte> Current => _batches.Slice(Position, _length);

    /// <summary>Gets the header of the current batch.</summary>
    public readonly RecordBatchHeader Header => new(Current);

    /// <summary>Moves to the next whole batch.</summary>
    /// <returns><see langword="false"/> if there is none.</returns>
    /// <exception cref="StreamLogException">The batch claims a size that none can have.</exception>
    public bool MoveNext()
    {
        int next = NextPosition;
        int left = _batches.Length - next;
        Position = next;
        _length = 0;
        if (left < RecordBatchHeader.LengthPrefix)
            return false;

        int batchLength = BinaryPrimitives.ReadInt32BigEndian(_batches[(next + RecordBatchHeader.BatchLengthAt)..]);
        if (batchLength < MinSize - RecordBatchHeader.LengthPrefix)
            CorruptBatch.Throw($"at byte {next}, its length field is {batchLength}");
        if (batchLength > left - RecordBatchHeader.LengthPrefix)
            return false;

        _length = RecordBatchHeader.LengthPrefix + batchLength;
        return true;
    }

    /// <summary>Returns this enumerator, for <c>foreach</c>.</summary>
    /// <returns>A copy that stands where this one does.</returns>
    public readonly RecordBatchEnumerator GetEnumerator() => this;
}
