using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Kafka.Tests;

/// <summary>A client that sends exactly the bytes that a test wants.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new() { NoDelay = true };
    private int _correlationId;

    public Stream Stream { get; set; } = Stream.Null;

    public Socket Socket => _tcp.Client;

    public static async Task<RawClient> ConnectAsync(ListenerEndpoint endpoint)
    {
        RawClient client = new();
        await client._tcp.ConnectAsync((IPEndPoint)endpoint.Bound!);
        client.Stream = client._tcp.GetStream();
        return client;
    }

    public void Dispose()
    {
        Stream.Dispose();
        _tcp.Dispose();
    }

    /// <summary>Sends a request and reads its response.</summary>
    public async Task<TResponse> AskAsync<TResponse>(IRequest<TResponse> request, short version)
        where TResponse : class
    {
        await SendAsync(request, version);
        return await ReadAsync<TResponse>(request.ApiKey, version);
    }

    /// <summary>Sends a request, without waiting for its response.</summary>
    public async Task SendAsync<TResponse>(IRequest<TResponse> request, short version, string? clientId = "raw")
        where TResponse : class =>
        await Stream.WriteAsync(Frame(request, version, ++_correlationId, clientId));

    /// <summary>Reads the next response.</summary>
    public async Task<TResponse> ReadAsync<TResponse>(ApiKey apiKey, short version)
        where TResponse : class
    {
        byte[] frame = await ReadFrameAsync();
        return (TResponse)Decode(frame, apiKey, version, out _);
    }

    /// <summary>Reads the next frame without its length.</summary>
    public async Task<byte[]> ReadFrameAsync()
    {
        byte[] prefix = new byte[4];
        await Stream.ReadExactlyAsync(prefix);
        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await Stream.ReadExactlyAsync(frame);
        return frame;
    }

    /// <summary>Waits until the other side has closed the connection.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return await Stream.ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public static byte[] Frame<TResponse>(
        IRequest<TResponse> request, short version, int correlationId, string? clientId = "raw")
        where TResponse : class
    {
        Assert.True(Apis.TryGet(request.ApiKey, out ApiDescription? api));
        WireWriter writer = new(256);
        writer.WriteInt32(0);
        new RequestHeader(request.ApiKey, version, correlationId, clientId).Write(ref writer);
        api.WriteRequest(request, ref writer, version);
        byte[] frame = writer.Written.ToArray();
        writer.Dispose();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    public static object Decode(byte[] frame, ApiKey apiKey, short version, out int correlationId)
    {
        Assert.True(Apis.TryGet(apiKey, out ApiDescription? api));
        WireReader reader = new(frame);
        correlationId = ResponseHeader.Read(ref reader, api.ResponseHeaderVersion(version)).CorrelationId;
        object response = api.ReadResponse(ref reader, version);
        Assert.Equal(0, reader.Remaining);
        return response;
    }
}
