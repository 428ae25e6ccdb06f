using System.Text;

namespace StreamLog.Protocol.Records;

/// <summary>A view of one header of a record. It is good as long as the bytes of the batch are.</summary>
public readonly ref struct RecordHeaderView
{
    internal RecordHeaderView(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasValue)
    {
        KeyUtf8 = key;
        Value = value;
        HasValue = hasValue;
    }

    /// <summary>Gets the key, as UTF-8.</summary>
    public ReadOnlySpan<byte> KeyUtf8 { get; }

    /// <summary>Gets whether there is a value. An empty one is one; a null one is none.</summary>
    public bool HasValue { get; }

    /// <summary>Gets the value; empty where there is none.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Decodes the key.</summary>
    /// <returns>A new string.</returns>
    public string GetKey() => Encoding.UTF8.GetString(KeyUtf8);
}
