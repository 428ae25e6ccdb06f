using StreamLog.Threading;
using Xunit;

namespace StreamLog.Tests.Threading;

public sealed class AsyncSignalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_signal_that_came_before_the_wait_is_remembered_once()
    {
        AsyncSignal signal = new();
        signal.Set();
        signal.Set();

        Assert.True(await signal.WaitAsync());
        Task<bool> second = signal.WaitAsync().AsTask();
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public void The_waiter_goes_on_inline_before_Set_returns()
    {
        AsyncSignal signal = new();
        int thread = 0;
        Task waiting = WaitAsync();
        Assert.False(waiting.IsCompleted);

        signal.Set();

        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);

        async Task WaitAsync()
        {
            await signal.WaitAsync().ConfigureAwait(false);
            thread = Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task It_is_used_again_and_again()
    {
        AsyncSignal signal = new();
        for (int i = 0; i < 10; i++)
        {
            ValueTask<bool> wait = signal.WaitAsync();
            Assert.False(wait.IsCompleted);
            signal.Set();
            Assert.True(wait.IsCompleted);
            Assert.True(await wait);
        }
    }

    [Fact]
    public async Task Cancellation_wakes_the_waiter_without_a_signal_and_the_next_signal_waits_for_the_next_one()
    {
        AsyncSignal signal = new();
        using CancellationTokenSource stopping = new();
        ValueTask<bool> wait = signal.WaitAsync(stopping.Token);

        stopping.Cancel();
        Assert.True(wait.IsCompleted);
        signal.Set();

        Assert.False(await wait);
        Assert.True(await signal.WaitAsync());
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_ends_the_wait_at_once_unless_a_signal_has_come()
    {
        AsyncSignal signal = new();
        CancellationToken cancelled = new(canceled: true);

        Assert.False(await signal.WaitAsync(cancelled));
        signal.Set();
        Assert.True(await signal.WaitAsync(cancelled));
        Assert.False(await signal.WaitAsync(cancelled));
    }

    [Fact]
    public async Task A_token_of_a_wait_that_is_over_ends_no_later_one()
    {
        AsyncSignal signal = new();
        using CancellationTokenSource first = new();
        ValueTask<bool> wait = signal.WaitAsync(first.Token);
        signal.Set();
        Assert.True(await wait);

        ValueTask<bool> second = signal.WaitAsync();
        first.Cancel();

        Assert.False(second.IsCompleted);
        signal.Set();
        Assert.True(await second);
    }

    // Goal: no wake-up is lost, whatever the interleaving of signals with the waiter coming, going and being there.
    // Method: threads that add to a counter and signal; a waiter that ends only when it has seen all. A loss never
    // ends.
    [Fact]
    public async Task Under_many_signallers_no_wake_up_is_lost()
    {
        const int PerThread = 200_000;
        const int Threads = 3;
        AsyncSignal signal = new();
        int added = 0;
        Task waiting = WaitForAllAsync();
        Thread[] adding = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < PerThread; i++)
            {
                Interlocked.Increment(ref added);
                signal.Set();
            }
        }))];

        Array.ForEach(adding, thread => thread.Start());
        Array.ForEach(adding, thread => thread.Join());

        await waiting.WaitAsync(Patience, TestContext.Current.CancellationToken);

        async Task WaitForAllAsync()
        {
            while (Volatile.Read(ref added) < PerThread * Threads)
                Assert.True(await signal.WaitAsync().ConfigureAwait(false));
        }
    }

    // Goal: a signal that races with a cancellation is either told to the waiter or kept for the next wait, never both
    // and never neither. Method: one signal and one cancellation from two threads for each wait. After "cancelled" the
    // signal must be there.
    [Fact]
    public async Task A_signal_that_races_with_a_cancellation_is_told_exactly_once()
    {
        AsyncSignal signal = new();
        using Barrier barrier = new(2);
        const int Rounds = 100_000;
        CancellationToken cancelled = new(canceled: true);
        CancellationTokenSource stopping = new();
        int told = 0;
        int kept = 0;
        Thread cancelling = new(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                barrier.SignalAndWait();
                Volatile.Read(ref stopping).Cancel();
                barrier.SignalAndWait();
            }
        });
        cancelling.Start();

        for (int i = 0; i < Rounds; i++)
        {
            Volatile.Write(ref stopping, new CancellationTokenSource());
            Task<bool> wait = signal.WaitAsync(stopping.Token).AsTask();
            barrier.SignalAndWait();
            signal.Set();
            barrier.SignalAndWait();

            if (await wait.WaitAsync(Patience, TestContext.Current.CancellationToken))
            {
                told++;
                Assert.False(await signal.WaitAsync(cancelled), "The signal was told twice.");
            }
            else
            {
                kept++;
                Assert.True(await signal.WaitAsync(cancelled), "The signal was lost.");
            }
        }

        cancelling.Join();
        Assert.Equal(Rounds, told + kept);
    }

    // Goal: waits that are cancelled all the time lose nothing that is posted meanwhile (the defect of the BCL's
    // channels). Method: one thread posts, one cancels; the waiter takes until it has all, and then the sums agree.
    [Fact]
    public async Task A_waiter_that_is_cancelled_all_the_time_misses_nothing()
    {
        const int Count = 300_000;
        AsyncSignal signal = new();
        int posted = 0;
        int takenAfterSignal = 0;
        int cancellations = 0;
        CancellationTokenSource current = new();
        bool isOver = false;
        using ManualResetEventSlim hasCancelled = new();
        Thread posting = new(() =>
        {
            // Not before cancellations rain, or all might be over when the first one comes.
            hasCancelled.Wait();
            for (int i = 0; i < Count; i++)
            {
                Interlocked.Increment(ref posted);
                signal.Set();
            }
        });
        Thread cancelling = new(() =>
        {
            while (!Volatile.Read(ref isOver))
                Volatile.Read(ref current).Cancel();
        });
        Task taking = Task.Run(async () =>
        {
            int taken = 0;
            while (taken < Count)
            {
                if (await signal.WaitAsync(Volatile.Read(ref current).Token).ConfigureAwait(false))
                {
                    taken += Interlocked.Exchange(ref posted, 0);
                    takenAfterSignal = taken;
                }
                else
                {
                    cancellations++;
                    hasCancelled.Set();
                    Volatile.Write(ref current, new CancellationTokenSource());
                }
            }
        });

        posting.Start();
        cancelling.Start();
        await taking.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Volatile.Write(ref isOver, true);

        // This may be running inline on one of the two, which cannot wait for itself.
        await Task.Run(() =>
        {
            posting.Join();
            cancelling.Join();
        }, TestContext.Current.CancellationToken);

        Assert.Equal(Count, takenAfterSignal);
        Assert.True(cancellations > 0);
    }

    [Fact]
    public async Task A_wait_allocates_nothing()
    {
        AsyncSignal signal = new();
        await RunAsync(100);

        // Nothing here leaves the thread: each wait is over before it is awaited. A debug build allocates the state
        // machine of the one call, which is less than a byte for each wait.
        const int Rounds = 1000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        await RunAsync(Rounds);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Rounds - 1);

        async ValueTask RunAsync(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                ValueTask<bool> wait = signal.WaitAsync();
                signal.Set();
                await wait;
            }
        }
    }
}
