using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>A response can be written for every client: what an old version has no room for is left out.</summary>
public sealed class OldResponseTests
{
    [Fact]
    public void A_value_without_room_is_left_out()
    {
        ListOffsetsResponse response = new()
        {
            ThrottleTimeMs = 5,
            Topics = [new() { Name = "t", Partitions = [new() { Offset = 7, LeaderEpoch = 3 }] }],
        };

        ListOffsetsResponse.ListOffsetsPartitionResponse read =
            RoundTrip(response, version: 2).Topics[0].Partitions[0];

        Assert.Equal((7, -1), (read.Offset, read.LeaderEpoch));
    }

    [Fact]
    public void A_null_that_an_old_version_does_not_know_is_nothing()
    {
        JoinGroupResponse read = RoundTrip(new JoinGroupResponse { ProtocolName = null }, version: 6);

        Assert.Equal("", read.ProtocolName);
        Assert.Null(RoundTrip(new JoinGroupResponse { ProtocolName = null }, version: 7).ProtocolName);
    }

    private static T RoundTrip<T>(T message, short version)
        where T : class, IMessage<T>
    {
        WireWriter writer = new(64);
        message.Write(ref writer, version);
        byte[] bytes = writer.Written.ToArray();
        writer.Dispose();
        WireReader reader = new(bytes);
        T read = T.Read(ref reader, version);
        Assert.Equal(0, reader.Remaining);
        return read;
    }
}
