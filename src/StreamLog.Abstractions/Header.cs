namespace StreamLog;

/// <summary>One header of a record: a name and bytes, both free for the application's use.</summary>
/// <param name="Key">The name. Names may repeat within a record.</param>
/// <param name="Value">The bytes, or <see langword="null"/>, which Kafka keeps apart from no bytes.</param>
public readonly record struct Header(string Key, ReadOnlyMemory<byte>? Value);
