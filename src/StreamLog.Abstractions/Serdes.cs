using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace StreamLog;

/// <summary>The serializers that need no setting up.</summary>
/// <remarks>All are thread-safe. Numbers are big-endian, as Kafka's own serializers write them.</remarks>
public static class Serdes
{
    /// <summary>Gets the one for texts, in UTF-8.</summary>
    public static ISerde<string> Utf8 { get; } = new Utf8Serde();

    /// <summary>Gets the one for arrays of bytes, as they are.</summary>
    public static ISerde<byte[]> Bytes { get; } = new BytesSerde();

    /// <summary>Gets the one for memory, as it is. Reading copies.</summary>
    public static ISerde<ReadOnlyMemory<byte>> Memory { get; } = new MemorySerde();

    /// <summary>Gets the one for 32-bit numbers.</summary>
    public static ISerde<int> Int32 { get; } = new Int32Serde();

    /// <summary>Gets the one for 64-bit numbers.</summary>
    public static ISerde<long> Int64 { get; } = new Int64Serde();

    /// <summary>Gets the one for floating-point numbers.</summary>
    public static ISerde<double> Double { get; } = new DoubleSerde();

    /// <summary>Gets the one for ids: 16 bytes in the order of their text.</summary>
    public static ISerde<Guid> Guid { get; } = new GuidSerde();

    /// <summary>Returns the one that writes a type as JSON.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="typeInfo">How the type looks in JSON, from a source-generated context.</param>
    /// <returns>The serializer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="typeInfo"/> is <see langword="null"/>.</exception>
    public static ISerde<T> Json<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return new JsonSerde<T>(typeInfo);
    }

    /// <summary>Finds the one for a type that needs no setting up.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="serde">The serializer.</param>
    /// <returns><see langword="false"/> if there is none.</returns>
    public static bool TryGet<T>([NotNullWhen(true)] out ISerde<T>? serde)
    {
        object? found =
            typeof(T) == typeof(string) ? Utf8 :
            typeof(T) == typeof(byte[]) ? Bytes :
            typeof(T) == typeof(ReadOnlyMemory<byte>) ? Memory :
            typeof(T) == typeof(int) ? Int32 :
            typeof(T) == typeof(long) ? Int64 :
            typeof(T) == typeof(double) ? Double :
            typeof(T) == typeof(Guid) ? Guid : null;
        serde = (ISerde<T>?)found;
        return serde is not null;
    }

    private static ReadOnlySpan<byte> Exactly(int size, ReadOnlySpan<byte> bytes, string type) =>
        bytes.Length == size
            ? bytes
            : throw new FormatException($"A {type} takes {size} bytes, and the record holds {bytes.Length}.");

    private sealed class Utf8Serde : ISerde<string>
    {
        // Text that is not UTF-8 is an error and not a row of question marks.
        private static readonly UTF8Encoding Strict =
            new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        public void Serialize(string value, IBufferWriter<byte> writer)
        {
            Span<byte> space = writer.GetSpan(Strict.GetMaxByteCount(value.Length));
            writer.Advance(Strict.GetBytes(value, space));
        }

        public string Deserialize(ReadOnlySpan<byte> bytes) => Strict.GetString(bytes);
    }

    private sealed class BytesSerde : ISerde<byte[]>
    {
        public void Serialize(byte[] value, IBufferWriter<byte> writer) => writer.Write(value);

        public byte[] Deserialize(ReadOnlySpan<byte> bytes) => bytes.ToArray();
    }

    private sealed class MemorySerde : ISerde<ReadOnlyMemory<byte>>
    {
        public void Serialize(ReadOnlyMemory<byte> value, IBufferWriter<byte> writer) => writer.Write(value.Span);

        public ReadOnlyMemory<byte> Deserialize(ReadOnlySpan<byte> bytes) => bytes.ToArray();
    }

    private sealed class Int32Serde : ISerde<int>
    {
        public void Serialize(int value, IBufferWriter<byte> writer)
        {
            BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(sizeof(int)), value);
            writer.Advance(sizeof(int));
        }

        public int Deserialize(ReadOnlySpan<byte> bytes) =>
            BinaryPrimitives.ReadInt32BigEndian(Exactly(sizeof(int), bytes, "32-bit number"));
    }

    private sealed class Int64Serde : ISerde<long>
    {
        public void Serialize(long value, IBufferWriter<byte> writer)
        {
            BinaryPrimitives.WriteInt64BigEndian(writer.GetSpan(sizeof(long)), value);
            writer.Advance(sizeof(long));
        }

        public long Deserialize(ReadOnlySpan<byte> bytes) =>
            BinaryPrimitives.ReadInt64BigEndian(Exactly(sizeof(long), bytes, "64-bit number"));
    }

    private sealed class DoubleSerde : ISerde<double>
    {
        public void Serialize(double value, IBufferWriter<byte> writer)
        {
            BinaryPrimitives.WriteDoubleBigEndian(writer.GetSpan(sizeof(double)), value);
            writer.Advance(sizeof(double));
        }

        public double Deserialize(ReadOnlySpan<byte> bytes) =>
            BinaryPrimitives.ReadDoubleBigEndian(Exactly(sizeof(double), bytes, "floating-point number"));
    }

    private sealed class GuidSerde : ISerde<Guid>
    {
        private const int Size = 16;

        public void Serialize(Guid value, IBufferWriter<byte> writer)
        {
            value.TryWriteBytes(writer.GetSpan(Size), bigEndian: true, out int written);
            writer.Advance(written);
        }

        public Guid Deserialize(ReadOnlySpan<byte> bytes) => new(Exactly(Size, bytes, "Guid"), bigEndian: true);
    }

    private sealed class JsonSerde<T>(JsonTypeInfo<T> typeInfo) : ISerde<T>
    {
        [ThreadStatic]
        private static Utf8JsonWriter? _writer;

        public void Serialize(T value, IBufferWriter<byte> writer)
        {
            Utf8JsonWriter json = _writer ??= new Utf8JsonWriter(writer);
            json.Reset(writer);
            JsonSerializer.Serialize(json, value, typeInfo);
            json.Flush();
        }

        public T Deserialize(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, typeInfo)!;
    }
}
