using Microsoft.Extensions.DependencyInjection;

namespace StreamLog;

/// <summary>Registers the topics of a node for injection.</summary>
internal static class TopicInjection
{
    /// <summary>Registers a topic, by its name and by its types.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="builder">The node.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="all">All topics of the node so far, this one too.</param>
    public static void Add<TKey, TValue>(
        IStreamLogBuilder builder, TopicRegistration<TKey, TValue> topic, IReadOnlyList<TopicRegistration> all)
    {
        string node = builder.Name;
        string key = KeyOf(node, topic.TopicName);
        ThrowIfMeansTwo<TKey, TValue>(builder.Services, node, key);
        builder.Services.AddKeyedSingleton<ITopic<TKey, TValue>>(key, (provider, _) =>
            new RegisteredTopic<TKey, TValue>(
                provider.GetRequiredKeyedService<HostedStreamLog>(node), topic.TopicName));

        // Where two topics have the same types, the types alone do not say which one is meant.
        string[] same = [.. all.OfType<TopicRegistration<TKey, TValue>>().Select(other => other.TopicName)];
        if (node.Length == 0)
            builder.Services.AddSingleton(provider => OnlyOne<TKey, TValue>(provider, node, same));
        else
            builder.Services.AddKeyedSingleton(node, (provider, _) => OnlyOne<TKey, TValue>(provider, node, same));
    }

    private static ITopic<TKey, TValue> OnlyOne<TKey, TValue>(IServiceProvider provider, string node, string[] same) =>
        same.Length == 1
            ? provider.GetRequiredKeyedService<ITopic<TKey, TValue>>(KeyOf(node, same[0]))
            : throw new InvalidOperationException(
                $"The topics {string.Join(", ", same.Select(name => $"'{name}'"))} are all " +
                $"ITopic<{typeof(TKey).Name}, {typeof(TValue).Name}>. Inject the one that is meant by its name: " +
                $"[FromKeyedServices(\"{KeyOf(node, same[0])}\")].");

    // A topic of the node without a name, and the only topic of the node with that name, would be injected by the same
    // key.
    private static void ThrowIfMeansTwo<TKey, TValue>(IServiceCollection services, string node, string key)
    {
        string shared = node.Length == 0 ? key : node;
        bool isTaken = services
            .Where(service => !service.IsKeyedService && service.ServiceType == typeof(TopicRegistration))
            .Select(service => service.ImplementationInstance)
            .OfType<TopicRegistration<TKey, TValue>>()
            .Any(other => node.Length == 0
                ? other.NodeName == shared
                : other.NodeName.Length == 0 && other.TopicName == shared);
        if (isTaken)
        {
            throw new InvalidOperationException(
                $"[FromKeyedServices(\"{shared}\")] ITopic<{typeof(TKey).Name}, {typeof(TValue).Name}> would mean " +
                $"two topics: '{shared}' of the node without a name, and one of the node '{shared}'. Rename the " +
                "node.");
        }
    }

    // A topic's name has no slash, so no key of one node is that of another.
    private static string KeyOf(string node, string topic) => node.Length == 0 ? topic : $"{node}/{topic}";
}
