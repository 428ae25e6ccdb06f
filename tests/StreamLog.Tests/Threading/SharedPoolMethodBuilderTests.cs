using System.Runtime.CompilerServices;
using StreamLog.Threading;
using Xunit;

namespace StreamLog.Tests.Threading;

public sealed class SharedPoolMethodBuilderTests
{
    [Fact]
    public async Task A_method_returns_throws_and_waits_as_others_do()
    {
        Assert.Equal(3, await AddAsync(Task.CompletedTask, 1, 2));
        TaskCompletionSource wait = new();
        ValueTask<int> waiting = AddAsync(wait.Task, 1, 2);
        Assert.False(waiting.IsCompleted);
        wait.SetResult();
        Assert.Equal(3, await waiting);

        Assert.Throws<ArgumentException>(() => ThrowAsync(Task.CompletedTask).GetAwaiter().GetResult());
        TaskCompletionSource late = new();
        ValueTask failing = ThrowAsync(late.Task);
        late.SetResult();
        await Assert.ThrowsAsync<ArgumentException>(async () => await failing);
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await AddAsync(Task.FromException(new InvalidOperationException()), 1, 2));
    }

    // Goal: no call hears of another one's result, however boxes travel between threads.
    // Method: many calls at once, each of which waits twice on the pool.
    [Fact]
    public async Task Calls_under_way_at_once_have_their_own_results()
    {
        for (int round = 0; round < 50; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
            {
                int first = await AddAsync(Task.Run(static () => { }), i, round);
                int second = await AddAsync(Task.Run(static () => { }), first, 1);
                Assert.Equal(i + round + 1, second);
            }));
        }
    }

    [Fact]
    public async Task A_call_that_is_awaited_twice_is_refused()
    {
        TaskCompletionSource wait = new();
        ValueTask<int> call = AddAsync(wait.Task, 1, 2);
        wait.SetResult();
        await call;

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await call);
    }

    [AsyncMethodBuilder(typeof(SharedPoolMethodBuilder<>))]
    private static async ValueTask<int> AddAsync(Task wait, int one, int other)
    {
        await wait.ConfigureAwait(false);
        await wait.ConfigureAwait(false);
        return one + other;
    }

    [AsyncMethodBuilder(typeof(SharedPoolMethodBuilder))]
    private static async ValueTask ThrowAsync(Task wait)
    {
        await wait.ConfigureAwait(false);
        throw new ArgumentException("Wrong.");
    }
}
