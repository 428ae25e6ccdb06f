using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Messages;

public sealed class ThrottledResponseTests
{
    [Fact]
    public void Every_response_with_a_throttle_time_can_be_told_it()
    {
        Type[] withField = [.. typeof(ApiDescription).Assembly.GetTypes()
            .Where(type => type.GetProperty(nameof(IThrottledResponse.ThrottleTimeMs)) is not null
                && !type.IsInterface)];

        Assert.True(withField.Length > 40);
        Assert.All(withField, type => Assert.True(
            type.IsAssignableTo(typeof(IThrottledResponse)), $"{type.Name} is no {nameof(IThrottledResponse)}."));
    }
}
