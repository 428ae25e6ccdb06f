using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StreamLog.Kafka.Listening;

namespace StreamLog.Kafka;

/// <summary>Adds listeners for Kafka clients to a node.</summary>
public static class KafkaListenerExtensions
{
    /// <summary>Adds a listener, which takes Kafka clients as long as the node runs.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="address">Where to listen, as <c>host:port</c>: <see cref="KafkaListenerOptions.Address"/>.</param>
    /// <param name="configure">Sets further options.</param>
    /// <returns>The same builder.</returns>
    /// <remarks><see cref="IStreamLog.Listeners"/> tells where it is reached. A node may have several, each with a
    /// name of its own.</remarks>
    /// <exception cref="ArgumentNullException">The builder or the address is <see langword="null"/>.</exception>
    public static IStreamLogBuilder AddKafkaListener(
        this IStreamLogBuilder builder, string address, Action<KafkaListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(address);
        builder.Services.Configure<StreamLogOptions>(
            builder.Name, options => options.AddKafkaListener(address, configure));
        return builder;
    }

    /// <summary>Adds a listener as a section of configuration has it, which takes Kafka clients as long as the node
    /// runs.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="section">The section, as <c>StreamLog:Listeners:Kafka</c>. Its settings are those of
    /// <see cref="KafkaListenerOptions"/> by their names. It is read when the node starts.</param>
    /// <param name="configure">Sets further options, after the section.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>A section that is not there, a setting that a listener does not have and a value that is none of its
    /// kind fail the start of the node (<see cref="ErrorCode.InvalidConfig"/>): a misspelt setting must not leave a
    /// listener open to everybody.</remarks>
    /// <exception cref="ArgumentNullException">The builder or the section is <see langword="null"/>.</exception>
    public static IStreamLogBuilder AddKafkaListener(
        this IStreamLogBuilder builder, IConfiguration section, Action<KafkaListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        builder.Services.Configure<StreamLogOptions>(
            builder.Name, options => options.AddKafkaListener(section, configure));
        return builder;
    }

    /// <summary>Adds a listener to the options of a node, which takes Kafka clients as long as the node runs.</summary>
    /// <param name="options">The node's options.</param>
    /// <param name="address">Where to listen, as <c>host:port</c>: <see cref="KafkaListenerOptions.Address"/>.</param>
    /// <param name="configure">Sets further options.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentNullException">The options or the address are <see langword="null"/>.</exception>
    public static StreamLogOptions AddKafkaListener(
        this StreamLogOptions options, string address, Action<KafkaListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(address);
        KafkaListenerOptions listener = new() { Address = address };
        configure?.Invoke(listener);
        options.Components.Add(new ListenerComponent(listener));
        return options;
    }

    /// <summary>Adds a listener to the options of a node as a section of configuration has it, which takes Kafka
    /// clients as long as the node runs.</summary>
    /// <param name="options">The node's options.</param>
    /// <param name="section">The section, as <c>StreamLog:Listeners:Kafka</c>. Its settings are those of
    /// <see cref="KafkaListenerOptions"/> by their names.</param>
    /// <param name="configure">Sets further options, after the section.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentNullException">The options or the section are <see langword="null"/>.</exception>
    /// <exception cref="StreamLogException">The section is not there, has a setting that a listener does not have, or a
    /// value that is none of its kind (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static StreamLogOptions AddKafkaListener(
        this StreamLogOptions options, IConfiguration section, Action<KafkaListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(section);
        KafkaListenerOptions listener = ListenerConfiguration.Read(section);
        configure?.Invoke(listener);
        options.Components.Add(new ListenerComponent(listener));
        return options;
    }
}
