using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Kafka.Connecting;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Connections that do not come about.</summary>
public sealed class ConnectionOpenerTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly TcpListener _broker = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource<SslStream> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConnectionOpenerTests() => _broker.Start();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public async Task A_handshake_that_fails_leaves_no_stream()
    {
        Task opening = OpenAsync();
        using Socket peer = await _broker.AcceptSocketAsync();
        SslStream stream = await _begun.Task;

        await peer.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());

        await Assert.ThrowsAsync<BrokerUnreachableException>(() => opening);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.ReadExactlyAsync(new byte[1]));
    }

    [Fact]
    public async Task A_handshake_that_takes_too_long_leaves_no_stream()
    {
        Task opening = OpenAsync();
        using Socket peer = await _broker.AcceptSocketAsync();
        SslStream stream = await _begun.Task;

        _time.Advance(TimeSpan.FromSeconds(10));

        BrokerUnreachableException late = await Assert.ThrowsAsync<BrokerUnreachableException>(() => opening);
        Assert.IsType<TimeoutException>(late.InnerException);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.ReadExactlyAsync(new byte[1]));
    }

    private Task OpenAsync()
    {
        KafkaClusterOptions options = new()
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            Tls = new SslClientAuthenticationOptions
            {
                // Asked for at the beginning, for the first message: so the stream comes to light.
                LocalCertificateSelectionCallback = (sender, _, _, _, _) =>
                {
                    _begun.TrySetResult((SslStream)sender);
                    return null!;
                },
            },
        };
        ClusterParts parts = new(options, _time, NullLogger.Instance, static _ => { }, CancellationToken.None);
        BrokerAddress address = new("127.0.0.1", ((IPEndPoint)_broker.LocalEndpoint).Port);
        return ConnectionOpener.OpenAsync(address, "app", parts).AsTask();
    }
}
