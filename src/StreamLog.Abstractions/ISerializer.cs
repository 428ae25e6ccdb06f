using System.Buffers;

namespace StreamLog;

/// <summary>Turns a key or a value into bytes.</summary>
/// <typeparam name="T">The type of key or value.</typeparam>
/// <remarks>
/// Must be thread-safe. It is not called for <see langword="null"/>, which becomes a record without a key, or a
/// tombstone. What it throws reaches the caller who appends, and nothing of that record is kept.
/// </remarks>
public interface ISerializer<in T>
{
    /// <summary>Writes a key or a value.</summary>
    /// <param name="value">What to write; never <see langword="null"/>.</param>
    /// <param name="writer">Where the bytes go. It must not be kept.</param>
    void Serialize(T value, IBufferWriter<byte> writer);
}
