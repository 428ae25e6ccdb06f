namespace StreamLog.Kafka;

/// <summary>What becomes of a request or a response on the wire. Immutable.</summary>
public readonly struct WireAction : IEquatable<WireAction>
{
    private WireAction(
        WireActionKind kind, ReadOnlyMemory<byte> bytes = default, bool closes = false, bool resets = false)
    {
        Kind = kind;
        Bytes = bytes;
        Closes = closes;
        Resets = resets;
    }

    /// <summary>Gets the action that lets it pass. It is the default.</summary>
    public static WireAction Pass => default;

    /// <summary>Gets the action that closes the connection in its place.</summary>
    public static WireAction Disconnect => new(WireActionKind.Replace, closes: true);

    /// <summary>Gets the action that resets the connection in its place, as a host does that was restarted: what the
    /// client has not read yet is lost to it.</summary>
    public static WireAction Reset => new(WireActionKind.Replace, closes: true, resets: true);

    /// <summary>Gets the action that drops it: the client waits, and the connection goes on.</summary>
    public static WireAction Swallow => new(WireActionKind.Replace);

    /// <summary>Gets the action that leaves the connection open and does nothing on it any more, as a host that has
    /// lost its power.</summary>
    public static WireAction HalfOpen => new(WireActionKind.HalfOpen);

    internal WireActionKind Kind { get; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    internal bool Closes { get; }

    internal bool Resets { get; }

    /// <summary>Sends bytes in its place, whatever they are.</summary>
    /// <param name="bytes">The bytes as they go over the wire: a response begins with its length.</param>
    /// <param name="thenDisconnect">Whether to close the connection after them: so a frame is cut.</param>
    /// <returns>The action.</returns>
    public static WireAction Send(ReadOnlyMemory<byte> bytes, bool thenDisconnect = false) =>
        new(WireActionKind.Replace, bytes.ToArray(), thenDisconnect);

    /// <summary>Compares two actions.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they do the same.</returns>
    public static bool operator ==(WireAction left, WireAction right) => left.Equals(right);

    /// <summary>Compares two actions.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they do different things.</returns>
    public static bool operator !=(WireAction left, WireAction right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(WireAction other) =>
        (Kind, Closes, Resets) == (other.Kind, other.Closes, other.Resets)
        && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is WireAction other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Closes, Resets, Bytes.Length);
}
