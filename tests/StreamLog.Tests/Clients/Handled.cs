namespace StreamLog.Tests.Clients;

/// <summary>What handlers were given, in the order of their calls, and a wait for so many of them.</summary>
internal sealed class Handled
{
    private readonly Lock _gate = new();
    private readonly List<string> _values = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];

    public IReadOnlyList<string> Values
    {
        get
        {
            lock (_gate)
                return [.. _values];
        }
    }

    public void Add(string value)
    {
        lock (_gate)
        {
            _values.Add(value);
            foreach ((int count, TaskCompletionSource reached) in _waiting)
            {
                if (_values.Count >= count)
                    reached.TrySetResult();
            }
        }
    }

    public Task CountAsync(int count)
    {
        lock (_gate)
        {
            if (_values.Count >= count)
                return Task.CompletedTask;
            TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            return reached.Task;
        }
    }
}
