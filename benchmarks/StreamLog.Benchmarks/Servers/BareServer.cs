using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace StreamLog.Benchmarks.Servers;

/// <summary>The least that a server does: a loop for each connection, which reads frames into a buffer of its own and
/// answers each with as little as there is.</summary>
internal sealed class BareServer : IDisposable
{
    private const int BufferBytes = 4096;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BareServer()
    {
        _listener.Start(1024);
        _ = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
            _ = ServeAsync(await _listener.AcceptSocketAsync());
    }

    private static async Task ServeAsync(Socket socket)
    {
        using NetworkStream stream = new(socket, ownsSocket: true);
        byte[] buffer = new byte[BufferBytes];
        while (true)
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, sizeof(int)));
            await stream.ReadExactlyAsync(buffer.AsMemory(0, BinaryPrimitives.ReadInt32BigEndian(buffer)));
            BinaryPrimitives.WriteInt32BigEndian(buffer, 0);
            await stream.WriteAsync(buffer.AsMemory(0, sizeof(int)));
        }
    }
}
