using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Lets the thread pool finish what nobody awaits.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition)
    {
        for (int i = 0; i < 100_000 && !condition(); i++)
            await Task.Yield();
        Assert.True(condition());
    }
}
