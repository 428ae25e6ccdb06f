using System.Runtime.CompilerServices;
using StreamLog.Clients.Handling;

namespace StreamLog.Tests.Clients;

/// <summary>A member of a group whose assignment the test changes by hand, and whose records are numbers without
/// end.</summary>
internal sealed class HandSource : IRecordSource<string, string>, IRecordCompletion
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, long> _next = [];
    private readonly HashSet<TopicPartition> _held = [];
    private readonly HashSet<LogPosition> _completed = [];
    private readonly Dictionary<TopicPartition, Exception> _broken = [];
    private readonly List<bool> _holds = [];
    private Exception? _failure;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    public IAssignmentListener? Listener { get; set; }

    public int? LastKeyHash { get; private set; }

    public TopicPartition? LastFailed { get; private set; }

    /// <summary>Gets how often the reading of a broken partition was tried.</summary>
    public int FailureCount { get; private set; }

    /// <summary>Gets what was asked of <see cref="Hold"/>, in order.</summary>
    public bool[] Holds
    {
        get
        {
            lock (_gate)
                return [.. _holds];
        }
    }

    public int CompletedCount
    {
        get
        {
            lock (_gate)
                return _completed.Count;
        }
    }

    public bool IsCompleted(LogPosition position)
    {
        lock (_gate)
            return _completed.Contains(position);
    }

    public void Complete(LogPosition position)
    {
        lock (_gate)
            _completed.Add(position);
    }

    /// <summary>Lets a partition be unreadable, or not any more.</summary>
    public void Break(TopicPartition partition, Exception? failure)
    {
        lock (_gate)
        {
            if (failure is null)
                _broken.Remove(partition);
            else
                _broken[partition] = failure;
        }

        Change();
    }

    /// <summary>Ends all reading.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
            _failure = failure;
        Change();
    }

    /// <summary>Forgets what was completed.</summary>
    public void Forget()
    {
        lock (_gate)
            _completed.Clear();
    }

    public void Assign(TopicPartition partition)
    {
        Listener!.Assigned([partition]);
        lock (_gate)
            _next[partition] = 0;
        Change();
    }

    public async Task RevokeAsync(TopicPartition partition)
    {
        lock (_gate)
            _next.Remove(partition);
        await Listener!.RevokedAsync([partition]);
    }

    public void Lose(TopicPartition partition)
    {
        lock (_gate)
            _next.Remove(partition);
        Listener!.Lost([partition]);
    }

    public void Hold(TopicPartition partition, bool isHeld)
    {
        lock (_gate)
        {
            _holds.Add(isHeld);
            if (isHeld)
                _held.Add(partition);
            else
                _held.Remove(partition);
        }

        Change();
    }

    public async IAsyncEnumerable<Record<string, string>> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Record<string, string>? record = null;
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
                if (_isDisposed)
                    yield break;
                LastFailed = null;
                if (_failure is not null)
                    throw _failure;
                foreach (TopicPartition partition in _next.Keys.Where(partition => !_held.Contains(partition)).Take(1))
                {
                    if (_broken.TryGetValue(partition, out Exception? broken))
                    {
                        LastFailed = partition;
                        FailureCount++;
                        throw broken;
                    }

                    long offset = _next[partition]++;
                    record = new Record<string, string>(
                        new LogPosition(partition.Topic, partition.Partition, offset),
                        default,
                        $"{offset % 3}",
                        $"{offset}",
                        this);
                    LastKeyHash = (int)(offset % 3);
                }
            }

            if (record is not null)
                yield return record;
            else
                await changed.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        TopicPartition[] left;
        lock (_gate)
        {
            _isDisposed = true;
            left = [.. _next.Keys];
        }

        await Listener!.RevokedAsync(left);
    }

    private void Change()
    {
        lock (_gate)
        {
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
