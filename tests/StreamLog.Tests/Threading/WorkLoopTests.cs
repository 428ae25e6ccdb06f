using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Threading;
using Xunit;

namespace StreamLog.Tests.Threading;

public sealed class WorkLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<string> _failures = [];

    private WorkLoop<int> Loop(
        Func<IReadOnlyList<int>, ValueTask> turn, bool inline = true, int capacity = 1000, ILogger? logger = null) =>
        new(
            "test",
            capacity,
            turn,
            (work, exception) => _failures.Add($"{string.Join(",", work)}: {exception.Message}"),
            inline,
            logger ?? NullLogger.Instance);

    [Fact]
    public void An_inline_turn_is_over_when_the_post_returns()
    {
        List<int> done = [];
        WorkLoop<int> loop = Loop(work => Note(done, work));

        Assert.True(loop.TryPost(1));
        Assert.Equal([1], done);
        Assert.True(loop.TryPost(2));
        Assert.Equal([1, 2], done);
    }

    [Fact]
    public void What_a_turn_posts_waits_for_the_next_turn_and_is_taken_together()
    {
        List<string> turns = [];
        WorkLoop<int> loop = null!;
        loop = Loop(work =>
        {
            turns.Add(string.Join(",", work));
            if (work[0] == 1)
            {
                Assert.True(loop.TryPost(2));
                Assert.True(loop.TryPost(3));
                Assert.Single(turns);
            }

            return ValueTask.CompletedTask;
        });

        loop.TryPost(1);

        Assert.Equal(["1", "2,3"], turns);
    }

    [Fact]
    public async Task A_full_inbox_refuses_and_loses_nothing()
    {
        TaskCompletionSource gate = new();
        List<int> done = [];
        WorkLoop<int> loop = Loop(async work =>
        {
            done.AddRange(work);
            await gate.Task.ConfigureAwait(false);
        }, capacity: 2);

        Assert.True(loop.TryPost(1));
        Assert.True(loop.TryPost(2));
        Assert.True(loop.TryPost(3));
        Assert.False(loop.TryPost(4));

        gate.SetResult();
        await loop.DisposeAsync();
        Assert.Equal([1, 2, 3], done);
    }

    [Fact]
    public void A_turn_that_throws_is_logged_and_reported_with_its_work_and_the_loop_goes_on()
    {
        List<int> done = [];
        CollectingLogger logger = new();
        WorkLoop<int> loop = Loop(
            work => work[0] == 1 ? throw new InvalidOperationException("no") : Note(done, work), logger: logger);

        loop.TryPost(1);
        loop.TryPost(2);

        Assert.Equal(["1: no"], _failures);
        Assert.Equal([2], done);
        Assert.Equal("A turn of the work loop test failed. 1 were its work.", Assert.Single(logger.Lines));
    }

    [Fact]
    public async Task Disposal_refuses_posts_and_waits_for_what_was_posted()
    {
        TaskCompletionSource gate = new();
        List<int> done = [];
        WorkLoop<int> loop = Loop(async work =>
        {
            await gate.Task.ConfigureAwait(false);
            done.AddRange(work);
        });
        loop.TryPost(1);
        loop.TryPost(2);

        Task disposal = loop.DisposeAsync().AsTask();
        Task again = loop.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        Assert.False(loop.TryPost(3));

        gate.SetResult();
        await Task.WhenAll(disposal, again).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], done);
        await loop.DisposeAsync();
    }

    // Goal: each post is done once, those of one poster in their order, and no two turns overlap.
    // Method: posters on threads of their own against turns on the pool, some of which wait; sums and orders compared.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Under_many_posters_nothing_is_lost_doubled_or_overtaken(bool inline)
    {
        const int Posters = 4;
        const int PerPoster = 50_000;
        int[] next = new int[Posters];
        int running = 0;
        string? wrong = null;
        WorkLoop<int> loop = Loop(async work =>
        {
            if (Interlocked.Increment(ref running) != 1)
                wrong = "Two turns ran at once.";

            foreach (int item in work)
            {
                if (item % PerPoster != next[item / PerPoster]++)
                    wrong ??= $"{item} was not next.";
            }

            if (work[0] % 100 == 0)
                await Task.Yield();

            Interlocked.Decrement(ref running);
        }, inline, capacity: 64);

        Thread[] posters = [.. Enumerable.Range(0, Posters).Select(poster => new Thread(() =>
        {
            SpinWait spin = default;
            for (int i = 0; i < PerPoster; i++)
            {
                while (!loop.TryPost((poster * PerPoster) + i))
                    spin.SpinOnce();
            }
        }))];
        Array.ForEach(posters, thread => thread.Start());
        Array.ForEach(posters, thread => thread.Join());
        await loop.DisposeAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Null(wrong);
        Assert.Empty(_failures);
        Assert.All(next, count => Assert.Equal(PerPoster, count));
    }

    private static ValueTask Note(List<int> done, IReadOnlyList<int> work)
    {
        done.AddRange(work);
        return ValueTask.CompletedTask;
    }

    private sealed class CollectingLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
