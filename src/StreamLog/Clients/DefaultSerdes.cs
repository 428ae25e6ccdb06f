namespace StreamLog.Clients;

/// <summary>Finds what codes a type where nobody has said it.</summary>
internal static class DefaultSerdes
{
    /// <summary>Returns the serde of <see cref="Serdes"/> for a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <returns>The serde.</returns>
    /// <exception cref="StreamLogException">There is none.</exception>
    public static ISerde<T> Get<T>() => Serdes.TryGet(out ISerde<T>? serde)
        ? serde
        : throw new StreamLogException(
            ErrorCode.InvalidConfig,
            $"Nothing says how {typeof(T).Name} is coded. Pass a serializer, such as Serdes.Json with a "
            + "source-generated context, or add the topic with AddTopic and say it there.");
}
