namespace StreamLog;

/// <summary>What a record keeps whose key or value could not be decoded.</summary>
internal sealed class UndecodedRecord
{
    /// <summary>Gets or sets why the key could not be decoded.</summary>
    public Exception? KeyError { get; set; }

    /// <summary>Gets or sets why the value could not be decoded.</summary>
    public Exception? ValueError { get; set; }

    /// <summary>Gets or sets the key's bytes.</summary>
    public ReadOnlyMemory<byte> RawKey { get; set; }

    /// <summary>Gets or sets the value's bytes.</summary>
    public ReadOnlyMemory<byte> RawValue { get; set; }
}
