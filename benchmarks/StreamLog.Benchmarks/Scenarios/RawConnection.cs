using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using StreamLog.Benchmarks.Micro;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>A connection that sends frames as they were made before, and reads over whatever is answered.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private RawConnection()
    {
    }

    public static RawConnection Open(IPEndPoint address)
    {
        RawConnection connection = new();
        connection._socket.Connect(address);
        return connection;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Sends a frame and reads the response.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="buffer">Where the response is read to, over and over.</param>
    /// <returns>How many bytes the response had.</returns>
    public int Ask(byte[] frame, byte[] buffer)
    {
        for (int sent = 0; sent < frame.Length;)
            sent += _socket.Send(frame.AsSpan(sent));
        Receive(buffer.AsSpan(0, sizeof(int)));
        int length = BinaryPrimitives.ReadInt32BigEndian(buffer);
        for (int left = length; left > 0;)
        {
            int count = Math.Min(left, buffer.Length);
            Receive(buffer.AsSpan(0, count));
            left -= count;
        }

        return length;
    }

    /// <summary>Makes a frame that asks which versions are spoken.</summary>
    public static byte[] ApiVersions() => Frame(new ApiVersionsRequest(), version: 0);

    /// <summary>Makes a frame that produces a batch of at most so many bytes.</summary>
    public static byte[] Produce(int bytes)
    {
        using RecordBuffer batch = Batches.Of(bytes);
        ProduceRequest request = new()
        {
            Acks = 1,
            TimeoutMs = 30_000,
            TopicData =
            [
                new ProduceRequest.TopicProduceData
                {
                    Name = Nodes.TopicName,
                    PartitionData = [new ProduceRequest.PartitionProduceData { Index = 0, Records = batch }],
                },
            ],
        };
        return Frame(request, version: 9);
    }

    /// <summary>Makes a frame that fetches one batch.</summary>
    public static byte[] Fetch(long offset) => Frame(
        new FetchRequest
        {
            MinBytes = 1,
            MaxBytes = int.MaxValue,
            Topics =
            [
                new FetchRequest.FetchTopic
                {
                    Topic = Nodes.TopicName,
                    Partitions =
                    [
                        new FetchRequest.FetchPartition { FetchOffset = offset, PartitionMaxBytes = 1 },
                    ],
                },
            ],
        },
        version: 11);

    private static byte[] Frame<TResponse>(IRequest<TResponse> request, short version)
        where TResponse : class
    {
        Apis.TryGet(request.ApiKey, out ApiDescription? api);
        WireWriter writer = new(256);
        writer.WriteInt32(0);
        new RequestHeader(request.ApiKey, version, 1, "load").Write(ref writer);
        api!.WriteRequest(request, ref writer, version);
        byte[] frame = writer.Written.ToArray();
        writer.Dispose();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - sizeof(int));
        return frame;
    }

    private void Receive(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int got = _socket.Receive(bytes);
            bytes = got > 0 ? bytes[got..] : throw new IOException("The server has closed the connection.");
        }
    }
}
