using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Tests.Messages;

/// <summary>The way from a <see cref="MessageType"/> to the message's own codec.</summary>
/// <typeparam name="T">The message.</typeparam>
internal sealed class MessageType<T> : MessageType
    where T : class, IMessage<T>
{
    public override short MinVersion => T.MinVersion;

    public override short MaxVersion => T.MaxVersion;

    public override short FlexibleFrom => T.FlexibleFrom;

    public override object Read(ref WireReader reader, short version) => T.Read(ref reader, version);

    public override void Write(object message, ref WireWriter writer, short version) =>
        ((T)message).Write(ref writer, version);
}
