namespace StreamLog.Kafka;

/// <summary>The kinds of <see cref="WireAction"/>.</summary>
internal enum WireActionKind
{
    /// <summary>It goes on as it is.</summary>
    Pass,

    /// <summary>Other bytes, perhaps none, are sent in its place.</summary>
    Replace,

    /// <summary>Nothing happens on the connection any more.</summary>
    HalfOpen,
}
