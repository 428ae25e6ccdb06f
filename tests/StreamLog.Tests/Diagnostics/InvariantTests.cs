using StreamLog.Diagnostics;
using Xunit;

namespace StreamLog.Tests.Diagnostics;

public sealed class InvariantTests
{
    [Fact]
    public void A_violation_quotes_the_condition()
    {
        int count = -1;
        Invariant.Holds(count < 0);

        InvariantViolatedException violated =
            Assert.Throws<InvariantViolatedException>(() => Invariant.Holds(count >= 0));

        Assert.Contains("count >= 0", violated.Message, StringComparison.Ordinal);
    }
}
