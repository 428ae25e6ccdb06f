namespace StreamLog.Tests.Node;

/// <summary>What a caller may rely on: the value acknowledged last, or, while a change is under way, that or the new
/// one.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
internal sealed class Promise<T>
{
    private T _acknowledged;
    private T _pending;
    private bool _isPending;

    public Promise(T initial)
    {
        _acknowledged = initial;
        _pending = initial;
    }

    public T Acknowledged => _acknowledged;

    /// <summary>Changes the value. If the change throws, it is in doubt from then on.</summary>
    public async Task ChangeAsync(T value, Func<Task> change)
    {
        _pending = value;
        _isPending = true;
        await change();
        _acknowledged = value;
        _isPending = false;
    }

    public bool Allows(T value) =>
        EqualityComparer<T>.Default.Equals(value, _acknowledged) ||
        (_isPending && EqualityComparer<T>.Default.Equals(value, _pending));

    public override string ToString() => _isPending ? $"{_acknowledged} or {_pending}" : $"{_acknowledged}";
}
