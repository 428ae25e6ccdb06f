using StreamLog.Metadata;
using Xunit;

namespace StreamLog.Tests.Metadata;

public sealed class TopicNamesTests
{
    [Theory]
    [InlineData("orders")]
    [InlineData("Orders.v2_eu-west")]
    [InlineData("...")]
    [InlineData("__consumer_offsets")]
    public void Legal_names_have_no_fault(string name) => Assert.Null(TopicNames.FindFault(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("größe")]
    [InlineData("__cluster_metadata")]
    public void Illegal_names_have_one(string name) => Assert.NotNull(TopicNames.FindFault(name));

    [Fact]
    public void The_longest_name_has_249_characters()
    {
        Assert.Null(TopicNames.FindFault(new string('x', 249)));
        Assert.NotNull(TopicNames.FindFault(new string('x', 250)));
    }

    [Theory]
    [InlineData("a.b", "a_b", true)]
    [InlineData("a.b", "a-b", false)]
    [InlineData("a.b_c", "a_b.c", true)]
    [InlineData("ab", "abc", false)]
    public void Names_collide_that_differ_in_dots_and_underscores_alone(string left, string right, bool collide) =>
        Assert.Equal(collide, TopicNames.Collide(left, right));
}
