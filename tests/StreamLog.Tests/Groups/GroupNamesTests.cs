using StreamLog.Groups;
using Xunit;

namespace StreamLog.Tests.Groups;

public sealed class GroupNamesTests
{
    // What Java's String.hashCode gives, absolute and modulo; the last is the name whose hash is the smallest number
    // there is.
    [Theory]
    [InlineData("hello", 50, 99162322 % 50)]
    [InlineData("a", 50, 97 % 50)]
    [InlineData("ab", 7, ((97 * 31) + 98) % 7)]
    [InlineData("polygenelubricants", 50, 0)]
    public void A_group_is_kept_where_kafka_would_keep_it(string group, int partitions, int expected) =>
        Assert.Equal(expected, GroupNames.PartitionOf(group, partitions));

    [Fact]
    public void A_name_is_as_long_as_its_records_have_room_for()
    {
        Assert.False(GroupNames.IsLegal(null));
        Assert.False(GroupNames.IsLegal(""));
        Assert.True(GroupNames.IsLegal(new string('g', 32_000)));
        Assert.False(GroupNames.IsLegal(new string('g', 32_767)));
        Assert.False(GroupNames.IsLegal(new string('\u20ac', 11_000)));
    }

    [Fact]
    public void Every_name_has_a_partition()
    {
        foreach (string name in Enumerable.Range(0, 10_000).Select(i => $"group-{i}-é"))
            Assert.InRange(GroupNames.PartitionOf(name, 4), 0, 3);
    }
}
