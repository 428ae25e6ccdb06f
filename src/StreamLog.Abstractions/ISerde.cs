namespace StreamLog;

/// <summary>Turns keys or values into bytes and back.</summary>
/// <typeparam name="T">The type of key or value.</typeparam>
public interface ISerde<T> : ISerializer<T>, IDeserializer<T>;
