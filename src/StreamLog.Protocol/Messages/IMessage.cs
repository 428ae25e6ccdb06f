using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>A message with codecs for a range of versions.</summary>
/// <typeparam name="TSelf">The message's own type.</typeparam>
public interface IMessage<TSelf>
    where TSelf : class, IMessage<TSelf>
{
    /// <summary>Gets the oldest version that is read and written.</summary>
    static abstract short MinVersion { get; }

    /// <summary>Gets the newest version that is read and written.</summary>
    static abstract short MaxVersion { get; }

    /// <summary>Gets the first version with compact lengths and tagged fields, or the highest number.</summary>
    static abstract short FlexibleFrom { get; }

    /// <summary>Reads a message. What follows it stays unread.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="version">The version that it was written in.</param>
    /// <returns>The message.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    static abstract TSelf Read(ref WireReader reader, short version);

    /// <summary>Writes the message.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="version">The version to write it in.</param>
    /// <exception cref="StreamLogException">
    /// The version is not supported, or it has no room for a value that may not be dropped.
    /// </exception>
    void Write(ref WireWriter writer, short version);
}
