using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Tests.Messages;

/// <summary>A declared message, reached without its type being named.</summary>
internal abstract class MessageType
{
    public required Type Type { get; init; }

    public required MessageAttribute Declaration { get; init; }

    public string Name => Type.Name;

    public abstract short MinVersion { get; }

    public abstract short MaxVersion { get; }

    public abstract short FlexibleFrom { get; }

    public IEnumerable<short> Versions =>
        Enumerable.Range(MinVersion, MaxVersion - MinVersion + 1).Select(version => (short)version);

    /// <summary>Finds every declared message.</summary>
    public static IReadOnlyList<MessageType> All { get; } =
        [.. from type in typeof(MessageAttribute).Assembly.GetTypes()
            let declaration = (MessageAttribute?)Attribute.GetCustomAttribute(type, typeof(MessageAttribute))
            where declaration is not null
            orderby type.Name
            select Create(type, declaration)];

    public static MessageType Named(string name) => All.Single(message => message.Name == name);

    public abstract object Read(ref WireReader reader, short version);

    public abstract void Write(object message, ref WireWriter writer, short version);

    public object Read(ReadOnlySpan<byte> bytes, short version)
    {
        WireReader reader = new(bytes);
        object message = Read(ref reader, version);
        reader.End();
        return message;
    }

    public byte[] Write(object message, short version)
    {
        WireWriter writer = new(16);
        try
        {
            Write(message, ref writer, version);
            return writer.Written.ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static MessageType Create(Type type, MessageAttribute declaration) =>
        (MessageType)typeof(MessageType).GetMethod(nameof(Of), System.Reflection.BindingFlags.Static |
            System.Reflection.BindingFlags.NonPublic)!.MakeGenericMethod(type).Invoke(null, [declaration])!;

    private static MessageType<T> Of<T>(MessageAttribute declaration)
        where T : class, IMessage<T> => new() { Type = typeof(T), Declaration = declaration };
}
