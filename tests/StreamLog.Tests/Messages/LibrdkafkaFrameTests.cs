using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>
/// Goal: whole requests of the most used client are read, header and all, and are written back byte for byte.
/// Method: the frames that came from its socket, through the table that a listener goes through.
/// </summary>
public sealed class LibrdkafkaFrameTests
{
    [Theory]
    [InlineData("AddPartitionsToTxn-v0")]
    [InlineData("ApiVersions-v3")]
    [InlineData("EndTxn-v1")]
    [InlineData("FindCoordinator-v2")]
    [InlineData("InitProducerId-v4")]
    [InlineData("Metadata-v4")]
    [InlineData("Produce-v7")]
    public void A_frame_is_read_and_written_back(string name)
    {
        byte[] frame = Frame(name);
        RequestHeader header = ReadRequest(frame, out object request);

        Assert.Equal(name, $"{header.ApiKey}-v{header.ApiVersion}");
        Assert.Equal("golden", header.ClientId);
        Assert.Equal(Convert.ToHexString(frame), Convert.ToHexString(WriteRequest(header, request)));
        (request as IDisposable)?.Dispose();
    }

    [Fact]
    public void The_client_says_what_it_is()
    {
        ReadRequest(Frame("ApiVersions-v3"), out object request);

        ApiVersionsRequest asked = Assert.IsType<ApiVersionsRequest>(request);
        Assert.Equal("confluent-kafka-python", asked.ClientSoftwareName);
        Assert.Equal("1.7.0-rdkafka-2.0.2", asked.ClientSoftwareVersion);
    }

    [Fact]
    public void Records_travel_as_a_slice_of_the_frame()
    {
        ReadRequest(Frame("Produce-v7"), out object request);

        using ProduceRequest produce = Assert.IsType<ProduceRequest>(request);
        ProduceRequest.TopicProduceData topic = Assert.Single(produce.TopicData);
        ProduceRequest.PartitionProduceData partition = Assert.Single(topic.PartitionData);
        Assert.Equal(("golden-tx", -1, 30000), (produce.TransactionalId, produce.Acks, produce.TimeoutMs));
        Assert.Equal(("golden", 0), (topic.Name, partition.Index));

        // The length of a batch counts what follows it: the base offset and the length itself come before.
        ReadOnlySpan<byte> batch = partition.Records!.Span;
        Assert.Equal(batch.Length - 12, BinaryPrimitives.ReadInt32BigEndian(batch[8..]));
    }

    [Fact]
    public void A_producer_id_is_asked_for()
    {
        ReadRequest(Frame("InitProducerId-v4"), out object request);

        InitProducerIdRequest asked = Assert.IsType<InitProducerIdRequest>(request);
        Assert.Equal(("golden-tx", 60000), (asked.TransactionalId, asked.TransactionTimeoutMs));
        Assert.Equal((-1L, (short)-1), (asked.ProducerId, asked.ProducerEpoch));
    }

    [Fact]
    public void A_request_knows_by_which_rules_its_sender_goes()
    {
        ReadRequest(Frame("EndTxn-v1"), out object request);

        EndTxnRequest end = Assert.IsType<EndTxnRequest>(request);
        Assert.Equal(("golden-tx", 4242L, (short)7, true, (short)1),
            (end.TransactionalId, end.ProducerId, end.ProducerEpoch, end.Committed, end.Version));
        Assert.Equal(EndTxnRequest.MaxVersion, new EndTxnRequest().Version);
    }

    private static RequestHeader ReadRequest(byte[] frame, out object request)
    {
        using RecordBuffer bytes = RecordBuffer.CopyOf(frame);
        WireReader reader = new(bytes);
        Assert.Equal(frame.Length - 4, reader.ReadInt32());
        RequestHeader header = RequestHeader.Read(ref reader);
        Assert.True(Apis.TryGet(header.ApiKey, out ApiDescription? api));
        request = api.ReadRequest(ref reader, header.ApiVersion);
        reader.End();
        return header;
    }

    private static byte[] WriteRequest(RequestHeader header, object request)
    {
        Assert.True(Apis.TryGet(header.ApiKey, out ApiDescription? api));
        WireWriter writer = new(64);
        try
        {
            header.Write(ref writer);
            api.WriteRequest(request, ref writer, header.ApiVersion);
            byte[] frame = new byte[4 + writer.Position];
            BinaryPrimitives.WriteInt32BigEndian(frame, writer.Position);
            writer.Written.CopyTo(frame.AsSpan(4));
            return frame;
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static byte[] Frame(string name, [CallerFilePath] string here = "") => File.ReadAllBytes(
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Fixtures", "librdkafka", "frames", name + ".bin"));
}
