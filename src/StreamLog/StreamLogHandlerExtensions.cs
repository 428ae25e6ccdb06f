using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using StreamLog.Clients;
using StreamLog.Clients.Handling;

namespace StreamLog;

/// <summary>Adds handlers of records to a node that a service collection will hold.</summary>
/// <remarks>
/// <para>A handler runs while the host runs: it begins when the node has started, without holding up the host, and
/// finishes what it is at work on before the node stops.</para>
/// <para>Every record is handled at least once. Its offset is committed when its handler has returned, or when it was
/// put aside, and never before those in front of it.</para>
/// </remarks>
public static class StreamLogHandlerExtensions
{
    /// <summary>Adds a handler of single records.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <typeparam name="THandler">The handler. It is registered as scoped, unless it is registered already.</typeparam>
    /// <param name="builder">The node.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group, under which it is kept how far the handler has come.</param>
    /// <param name="configure">Says how records are handled.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">The group has a handler of the topic, or settings contradict each
    /// other.</exception>
    /// <exception cref="StreamLogException">A topic's name is not legal.</exception>
    public static IStreamLogBuilder AddHandler<
        TKey, TValue, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IStreamLogBuilder builder, string topic, string group, Action<HandlerBuilder>? configure = null)
        where THandler : class, IRecordHandler<TKey, TValue>
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<THandler>();
        return builder.AddHandler<TKey, TValue>(
            topic,
            group,
            static (services, record, cancellationToken) =>
                Make(services.GetRequiredService<THandler>).HandleAsync(record, cancellationToken),
            configure);
    }

    /// <summary>Adds a handler of single records that needs no services.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="builder">The node.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group, under which it is kept how far the handler has come.</param>
    /// <param name="handle">Handles a record, as <see cref="IRecordHandler{TKey, TValue}.HandleAsync"/> does.</param>
    /// <param name="configure">Says how records are handled.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">The group has a handler of the topic, or settings contradict each
    /// other.</exception>
    /// <exception cref="StreamLogException">A topic's name is not legal.</exception>
    public static IStreamLogBuilder AddHandler<TKey, TValue>(
        this IStreamLogBuilder builder,
        string topic,
        string group,
        Func<Record<TKey, TValue>, CancellationToken, ValueTask> handle,
        Action<HandlerBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return Add<TKey, TValue>(
            builder,
            topic,
            group,
            isBatch: false,
            configure,
            _ => (records, cancellationToken) => handle(records[0], cancellationToken));
    }

    /// <summary>Adds a handler of single records that uses services, from a scope for each attempt.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="builder">The node.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group, under which it is kept how far the handler has come.</param>
    /// <param name="handle">Handles a record, as <see cref="IRecordHandler{TKey, TValue}.HandleAsync"/> does.</param>
    /// <param name="configure">Says how records are handled.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">The group has a handler of the topic, or settings contradict each
    /// other.</exception>
    /// <exception cref="StreamLogException">A topic's name is not legal.</exception>
    public static IStreamLogBuilder AddHandler<TKey, TValue>(
        this IStreamLogBuilder builder,
        string topic,
        string group,
        Func<IServiceProvider, Record<TKey, TValue>, CancellationToken, ValueTask> handle,
        Action<HandlerBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return AddScoped<TKey, TValue>(
            builder,
            topic,
            group,
            isBatch: false,
            configure,
            (services, records, cancellationToken) => handle(services, records[0], cancellationToken));
    }

    /// <summary>Adds a handler of batches of records.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <typeparam name="THandler">The handler. It is registered as scoped, unless it is registered already.</typeparam>
    /// <param name="builder">The node.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group, under which it is kept how far the handler has come.</param>
    /// <param name="configure">Says how records are handled.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">The group has a handler of the topic, or settings contradict each
    /// other.</exception>
    /// <exception cref="StreamLogException">A topic's name is not legal.</exception>
    public static IStreamLogBuilder AddBatchHandler<
        TKey, TValue, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IStreamLogBuilder builder, string topic, string group, Action<HandlerBuilder>? configure = null)
        where THandler : class, IBatchHandler<TKey, TValue>
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<THandler>();
        return AddScoped<TKey, TValue>(
            builder,
            topic,
            group,
            isBatch: true,
            configure,
            static (services, records, cancellationToken) =>
                Make(services.GetRequiredService<THandler>).HandleAsync(records, cancellationToken));
    }

    // Each attempt has a scope of its own.
    private static IStreamLogBuilder AddScoped<TKey, TValue>(
        IStreamLogBuilder builder,
        string topic,
        string group,
        bool isBatch,
        Action<HandlerBuilder>? configure,
        Func<IServiceProvider, IReadOnlyList<Record<TKey, TValue>>, CancellationToken, ValueTask> handle) =>
        Add<TKey, TValue>(
            builder,
            topic,
            group,
            isBatch,
            configure,
            scopes => async (records, cancellationToken) =>
            {
                AsyncServiceScope scope = Make(scopes.CreateAsyncScope);
                await using (scope.ConfigureAwait(false))
                    await handle(scope.ServiceProvider, records, cancellationToken).ConfigureAwait(false);
            });

    private static T Make<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception error)
        {
            throw new HandlerUnavailableException(error);
        }
    }

    private static IStreamLogBuilder Add<TKey, TValue>(
        IStreamLogBuilder builder,
        string topic,
        string group,
        bool isBatch,
        Action<HandlerBuilder>? configure,
        Func<IServiceScopeFactory, HandlerCall<TKey, TValue>> call)
    {
        ArgumentNullException.ThrowIfNull(builder);
        TopicNames.Check(topic);
        ArgumentException.ThrowIfNullOrEmpty(group);
        HandlerRegistration registration = new(builder.Name, topic, group);
        if (builder.Services.Any(service => !service.IsKeyedService
            && service.ServiceType == typeof(HandlerRegistration)
            && registration.Equals(service.ImplementationInstance)))
        {
            throw new InvalidOperationException(
                $"The group '{group}' has two handlers of topic '{topic}'. Give the second one a group of its own to " +
                "have every record handled by both; raise Concurrency to handle more at a time.");
        }

        HandlerBuilder settings = new(topic, group, isBatch);
        configure?.Invoke(settings);
        HandlerPlan plan = settings.Build();
        if (plan.DeadLetterTopic is { } deadLetters)
        {
            builder.Services.Configure<StreamLogOptions>(
                builder.Name, options => options.Topics.TryAdd(deadLetters, new TopicOptions()));
        }

        string node = builder.Name;
        builder.Services.AddSingleton(registration);
        builder.Services.AddSingleton<IHostedService>(provider => new HandlerService<TKey, TValue>(
            provider.GetRequiredKeyedService<HostedStreamLog>(node),
            plan,
            call(provider.GetRequiredService<IServiceScopeFactory>())));
        return builder;
    }
}
