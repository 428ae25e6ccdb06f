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
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    public IAssignmentListener? Listener { get; set; }

    public int? LastKeyHash { get; private set; }

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
            Record<string, string>? record = null;
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
                if (_isDisposed)
                    yield break;
                foreach (TopicPartition partition in _next.Keys.Where(partition => !_held.Contains(partition)).Take(1))
                {
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
