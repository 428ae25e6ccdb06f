using StreamLog.Kafka.Tests.Clients;
using StreamLog.Protocol;

namespace StreamLog.Kafka.Tests;

/// <summary>A node in memory with a listener.</summary>
internal sealed class ListenedNode : IAsyncDisposable
{
    private ListenedNode(StreamLogNode node) => Node = node;

    public StreamLogNode Node { get; }

    public ListenerEndpoint Endpoint => Node.Listeners[0];

    public IBroker Broker => Node.Broker;

    public static async Task<ListenedNode> StartAsync(
        Action<KafkaListenerOptions>? listener = null,
        Action<StreamLogOptions>? node = null,
        ManualTime? time = null)
    {
        StreamLogOptions options = new() { InMemory = true, AutoCreateTopics = true };
        node?.Invoke(options);
        options.AddKafkaListener("127.0.0.1:0", listener);
        return new ListenedNode(await StreamLogNode.StartAsync(
            options, environment: time is null ? null : new ManualEnvironment(time)));
    }

    /// <summary>Starts one that lets alice in, whose password is secret, or anybody where there is no mechanism, and
    /// encrypts where there is a certificate.</summary>
    public static Task<ListenedNode> StartSecuredAsync(string? mechanism, TestCertificate? certificate) => StartAsync(
        listener =>
        {
            if (mechanism is not null)
                listener.SaslMechanisms.Add(mechanism);
            listener.AdvertisedAddress = "localhost";
            if (certificate is not null)
                listener.Tls = new() { CertificateFile = certificate.File };
        },
        options =>
        {
            if (mechanism is not null)
                options.Security.Users["alice"] = "secret";
        });

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(Endpoint);

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
