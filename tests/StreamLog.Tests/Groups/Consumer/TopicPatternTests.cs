using StreamLog.Groups.Consumer;
using Xunit;

namespace StreamLog.Tests.Groups.Consumer;

public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("a|b", "a", true)]
    [InlineData("a|b", "ab", false)]
    [InlineData("a|b", "b", true)]
    [InlineData("orders-.*", "orders-1", true)]
    [InlineData("orders-.*", "my-orders-1", false)]
    [InlineData("(?i)ORDERS", "orders", true)]
    [InlineData("a$", "a\n", false)]
    [InlineData(".*", "__consumer_offsets", false)]
    [InlineData("", "a", false)]
    public void A_pattern_matches_whole_names(string text, string topic, bool expected)
    {
        Assert.True(TopicPattern.TryParse(text, out TopicPattern? pattern, out _));
        Assert.Equal(expected, pattern.IsMatch(topic));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("a)(b")]
    [InlineData("*")]
    [InlineData("[a")]
    [InlineData("(a)\\1")]
    [InlineData("(?=a)a")]
    [InlineData("(?<!a)b")]
    [InlineData("(?>a)")]
    [InlineData("((a{1000}){1000}){1000}")]
    public void What_is_no_pattern_or_takes_more_than_linear_time_is_refused(string text)
    {
        Assert.False(TopicPattern.TryParse(text, out _, out string? problem));
        Assert.NotEmpty(problem);
    }
}
