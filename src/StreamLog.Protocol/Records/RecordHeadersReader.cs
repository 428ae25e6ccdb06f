namespace StreamLog.Protocol.Records;

/// <summary>Walks the headers of one record. It allocates nothing, and works under <c>foreach</c>.</summary>
public ref struct RecordHeadersReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _left;
    private int _position;
    private ReadOnlySpan<byte> _key;
    private ReadOnlySpan<byte> _value;
    private bool _hasValue;

    internal RecordHeadersReader(ReadOnlySpan<byte> bytes, int count)
    {
        _bytes = bytes;
        _left = count;
    }

    /// <summary>Gets the current header.</summary>
    public readonly RecordHeaderView Current => new(_key, _value, _hasValue);

    /// <summary>Moves to the next header.</summary>
    /// <returns><see langword="false"/> after the last one.</returns>
    /// <exception cref="StreamLogException">The headers are not well formed.</exception>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            if (_position != _bytes.Length)
                CorruptBatch.Throw($"{_bytes.Length - _position} bytes follow a record's last header");
            return false;
        }

        _left--;
        int keyLength = Varint.ReadInt32(_bytes, ref _position);
        if ((uint)keyLength > (uint)(_bytes.Length - _position))
            CorruptBatch.ThrowLength("key of a header", keyLength, _bytes.Length - _position);
        _key = _bytes.Slice(_position, keyLength);
        _position += keyLength;

        int valueLength = Varint.ReadInt32(_bytes, ref _position);
        _hasValue = valueLength != -1;
        if (!_hasValue)
            valueLength = 0;
        if ((uint)valueLength > (uint)(_bytes.Length - _position))
            CorruptBatch.ThrowLength("value of a header", valueLength, _bytes.Length - _position);
        _value = _bytes.Slice(_position, valueLength);
        _position += valueLength;
        return true;
    }

    /// <summary>Returns this reader, for <c>foreach</c>.</summary>
    /// <returns>A copy that stands where this one does.</returns>
    public readonly RecordHeadersReader GetEnumerator() => this;
}
