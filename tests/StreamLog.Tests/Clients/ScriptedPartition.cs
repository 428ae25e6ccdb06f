using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Tests.Clients;

/// <summary>A partition of the scripted broker: its batches as bytes, and Kafka's rules for idempotent
/// producers.</summary>
internal sealed class ScriptedPartition
{
    private const int Remembered = 5;

    private readonly List<byte[]> _batches = [];
    private readonly Dictionary<long, ProducerState> _producers = [];

    public long LogStartOffset { get; set; }

    public long LogEndOffset { get; private set; }

    public IReadOnlyList<byte[]> Batches => _batches;

    public (ErrorCode Error, long BaseOffset) Append(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        if (!RecordBatchHeader.HasValidCrc(bytes))
            return (ErrorCode.CorruptMessage, -1);
        if (bytes.Length > maxBytes)
            return (ErrorCode.MessageTooLarge, -1);

        RecordBatchHeader header = new(bytes);
        if (header.BaseOffset != 0 || header.PartitionLeaderEpoch != -1)
            return (ErrorCode.InvalidRecord, -1);
        if (header.HasProducerId && Check(header) is { } refusal)
            return refusal;

        byte[] stored = bytes.ToArray();
        RecordBatchHeader.Stamp(stored, LogEndOffset, leaderEpoch: 0);
        _batches.Add(stored);
        long baseOffset = LogEndOffset;
        LogEndOffset += header.RecordCount;
        if (header.HasProducerId)
            Remember(header, baseOffset);
        return (ErrorCode.None, baseOffset);
    }

    /// <summary>Adds bytes as they are: damaged batches, marks, gaps.</summary>
    public void AddRaw(byte[] batch, long nextOffset)
    {
        _batches.Add(batch);
        LogEndOffset = nextOffset;
    }

    public void ForgetProducers() => _producers.Clear();

    public RecordBuffer Read(long offset, int maxBytes)
    {
        List<byte> bytes = [];
        foreach (byte[] batch in _batches)
        {
            RecordBatchHeader header = new(batch);
            if (header.NextOffset <= offset)
                continue;
            if (bytes.Count > 0 && bytes.Count + batch.Length > maxBytes)
                break;
            bytes.AddRange(batch);
        }

        return RecordBuffer.CopyOf(bytes.ToArray());
    }

    public IEnumerable<(long Offset, byte[] Key, byte[] Value)> Records()
    {
        List<(long, byte[], byte[])> records = [];
        foreach (byte[] batch in _batches)
        {
            using RecordReader reader = new(batch);
            while (reader.MoveNext())
                records.Add((reader.Current.Offset, reader.Current.Key.ToArray(), reader.Current.Value.ToArray()));
        }

        return records;
    }

    private (ErrorCode Error, long BaseOffset)? Check(RecordBatchHeader header)
    {
        if (!_producers.TryGetValue(header.ProducerId, out ProducerState? state))
            return null;
        if (header.ProducerEpoch < state.Epoch)
            return (ErrorCode.InvalidProducerEpoch, -1);
        if (header.ProducerEpoch > state.Epoch)
            return header.BaseSequence == 0 ? null : (ErrorCode.OutOfOrderSequenceNumber, -1);

        foreach ((int first, int last, long offset) in state.Batches)
        {
            if (first == header.BaseSequence && last == header.LastSequence)
                return (ErrorCode.None, offset);
        }

        return header.BaseSequence == RecordBatchHeader.AdvanceSequence(state.Batches[^1].Last, 1)
            ? null
            : (ErrorCode.OutOfOrderSequenceNumber, -1);
    }

    private void Remember(RecordBatchHeader header, long baseOffset)
    {
        if (!_producers.TryGetValue(header.ProducerId, out ProducerState? state) || state.Epoch != header.ProducerEpoch)
            _producers[header.ProducerId] = state = new ProducerState(header.ProducerEpoch);
        state.Batches.Add((header.BaseSequence, header.LastSequence, baseOffset));
        if (state.Batches.Count > Remembered)
            state.Batches.RemoveAt(0);
    }

    private sealed class ProducerState(short epoch)
    {
        public short Epoch { get; } = epoch;

        public List<(int First, int Last, long Offset)> Batches { get; } = [];
    }
}
