namespace StreamLog;

/// <summary>Turns bytes back into a key or a value.</summary>
/// <typeparam name="T">The type of key or value.</typeparam>
/// <remarks>
/// Must be thread-safe. It is not called for a missing key or a tombstone, which become the default of the type. What
/// it throws is kept and thrown by <see cref="Record{TKey, TValue}.Key"/> or <see cref="Record{TKey, TValue}.Value"/>.
/// </remarks>
public interface IDeserializer<out T>
{
    /// <summary>Reads a key or a value.</summary>
    /// <param name="bytes">The bytes. They are gone after the call, so keep copies alone.</param>
    /// <returns>The key or value.</returns>
    T Deserialize(ReadOnlySpan<byte> bytes);
}
