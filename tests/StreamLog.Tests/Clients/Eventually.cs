using System.Diagnostics;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Lets the thread pool finish what nobody awaits.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition)
    {
        // So long only where it fails: what is waited for is a matter of microseconds.
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition() && waited.Elapsed < TimeSpan.FromSeconds(20))
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Assert.True(condition());
    }
}
