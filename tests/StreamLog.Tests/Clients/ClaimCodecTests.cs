using StreamLog.Clients.Membership;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>What members of classic groups tell one another, in the bytes of Kafka's clients and of
/// librdkafka.</summary>
public sealed class ClaimCodecTests
{
    // An array of the one topic "ab".
    private const string Topics = "00000001" + "00026162";

    // Partitions 0 and 2 of it.
    private const string Owned = "00000001" + "00026162" + "00000002" + "00000000" + "00000002";

    private static readonly TopicPartition[] Partitions = [new("ab", 0), new("ab", 2)];

    [Fact]
    public void A_claim_has_the_bytes_that_kafkas_clients_write() => Assert.Equal(
        "0003" + Topics + "00000004" + "00000005" + Owned + "00000006" + "FFFF",
        Convert.ToHexString(ClaimCodec.Write(["ab"], Partitions.Reverse(), generation: 6, assignedIn: 5)));

    [Theory]
    // Kafka's clients since version 3.5, since 3.2, and since 2.4, with the generation for the assignor.
    [InlineData("0003" + Topics + "00000004" + "00000005" + Owned + "00000006" + "00017A", 6)]
    [InlineData("0003" + Topics + "00000004" + "00000005" + Owned + "00000006" + "FFFF", 6)]
    [InlineData("0002" + Topics + "00000004" + "00000005" + Owned + "00000006", 6)]
    [InlineData("0001" + Topics + "00000004" + "00000005" + Owned, 5)]
    // librdkafka's: what the member had comes before the generation; and before there was a generation.
    [InlineData("0001" + Topics + "0000001C" + Owned + "00000007" + "00000008" + Owned, 8)]
    [InlineData("0003" + Topics + "FFFFFFFF" + Owned + "FFFFFFFF" + "FFFF", -1)]
    [InlineData("0001" + Topics + "FFFFFFFF" + Owned, -1)]
    [InlineData("0001" + Topics + "00000002" + "0000" + Owned, -1)]
    // A version that is to come.
    [InlineData("0009" + Topics + "FFFFFFFF" + Owned + "00000006" + "FFFF" + "12345678", 6)]
    public void A_claim_of_any_make_is_read(string hex, int generation)
    {
        MemberClaim claim = Read(hex);

        Assert.Equal(("m", "i", generation), (claim.MemberId, claim.InstanceId, claim.Generation));
        Assert.Equal(["ab"], claim.Topics);
        Assert.Equal(Partitions, claim.Owned);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("FFFF" + Topics)]
    [InlineData("0001" + Topics + "FFFFFFFF" + "7FFFFFFF")]
    public void A_claim_that_is_none_asks_for_nothing(string hex)
    {
        MemberClaim claim = Read(hex);

        Assert.Empty(claim.Topics);
        Assert.Empty(claim.Owned);
    }

    [Fact]
    public void A_claim_of_the_first_version_owns_nothing() =>
        Assert.Empty(Read("0000" + Topics + "FFFFFFFF").Owned);

    [Fact]
    public void An_assignment_has_the_bytes_that_every_client_reads() => Assert.Equal(
        "0000" + Owned + "FFFFFFFF", Convert.ToHexString(ClaimCodec.WriteAssignment(Partitions)));

    [Theory]
    [InlineData("0000" + Owned + "FFFFFFFF")]
    [InlineData("0003" + Owned + "00000001" + "00")]
    [InlineData("0004" + Owned + "FFFFFFFF" + "12")]
    public void An_assignment_of_any_make_is_read(string hex) =>
        Assert.Equal(Partitions.ToHashSet(), ClaimCodec.ReadAssignment(Convert.FromHexString(hex)));

    [Fact]
    public void Who_was_not_thought_of_is_assigned_nothing() => Assert.Empty(ClaimCodec.ReadAssignment([]));

    private static MemberClaim Read(string hex) => ClaimCodec.Read(new JoinGroupResponse.JoinGroupResponseMember
    {
        MemberId = "m",
        GroupInstanceId = "i",
        Metadata = Convert.FromHexString(hex),
    });
}
