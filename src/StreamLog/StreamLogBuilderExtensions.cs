using Microsoft.Extensions.DependencyInjection;

namespace StreamLog;

/// <summary>Adds topics to a node that a service collection will hold.</summary>
public static class StreamLogBuilderExtensions
{
    /// <summary>Adds a topic, which the node creates when it starts, and which can be injected.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="builder">The node.</param>
    /// <param name="name">The topic's name.</param>
    /// <param name="configure">Says how the topic is set up and how keys and values are coded.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// <see cref="ITopic{TKey, TValue}"/> is injected as it is where one topic has these types, and by its name, with
    /// <c>[FromKeyedServices("orders")]</c>, always. A topic of a node that has a name is injected by the node's name
    /// where one topic of the node has these types, and by both, with <c>[FromKeyedServices("audit/orders")]</c>,
    /// always.
    /// </remarks>
    /// <exception cref="ArgumentNullException">The builder or the name is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// The topic was added before, or nothing says how its keys or values are coded.
    /// </exception>
    public static IStreamLogBuilder AddTopic<TKey, TValue>(
        this IStreamLogBuilder builder, string name, Action<TopicBuilder<TKey, TValue>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        if (Registrations(builder).Any(other => other.TopicName == name))
        {
            throw new InvalidOperationException(
                $"The topic '{name}' is added twice. Add it once, with all of its settings.");
        }

        TopicBuilder<TKey, TValue> topic = new(name);
        configure?.Invoke(topic);
        TopicRegistration<TKey, TValue> registration = topic.Build(builder.Name);

        builder.Services.AddSingleton<TopicRegistration>(registration);
        builder.Services.Configure<StreamLogOptions>(builder.Name, options =>
        {
            if (!options.Topics.TryGetValue(name, out TopicOptions? settings))
                options.Topics.Add(name, settings = new TopicOptions());
            topic.Apply(settings);
        });
        TopicInjection.Add(builder, registration, [.. Registrations(builder)]);
        return builder;
    }

    private static IEnumerable<TopicRegistration> Registrations(IStreamLogBuilder builder) =>
        builder.Services
            .Where(service => !service.IsKeyedService && service.ServiceType == typeof(TopicRegistration))
            .Select(service => (TopicRegistration)service.ImplementationInstance!)
            .Where(registration => registration.NodeName == builder.Name);
}
