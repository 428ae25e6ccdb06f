namespace StreamLog.Protocol.Wire;

/// <summary>A tagged field that a newer sender added. It is kept as it came and written back.</summary>
/// <param name="Tag">The field's tag.</param>
/// <param name="Bytes">The field's value as it was encoded.</param>
public readonly record struct UnknownTaggedField(int Tag, ReadOnlyMemory<byte> Bytes);
