using System.Runtime.ExceptionServices;

namespace StreamLog.Kafka.Connecting;

/// <summary>Which of the brokers that one request of a share session went to have failed it.</summary>
/// <remarks>Belongs to its request.</remarks>
internal sealed class BrokerFailures
{
    private readonly List<(BrokerAddress Address, ErrorCode Error)> _all = [];
    private Exception? _exception;

    /// <summary>Gets what the first of them said, or <see langword="null"/>.</summary>
    public string? Message { get; private set; }

    /// <summary>Gets whether one was not waited for to the end.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Gets the brokers, and what to answer for their partitions: to try them again, where a session that the
    /// client knows nothing of has to be opened anew.</summary>
    public IEnumerable<(BrokerAddress Address, ErrorCode Error)> ByPartition => _all.Select(failure => (
        failure.Address,
        failure.Error is ErrorCode.ShareSessionNotFound or ErrorCode.InvalidShareSessionEpoch
            or ErrorCode.ShareSessionLimitReached
            ? ErrorCode.NotLeaderOrFollower
            : failure.Error));

    /// <summary>Notes what a broker answered.</summary>
    /// <param name="address">The broker.</param>
    /// <param name="error">What it answered.</param>
    /// <param name="message">That in words, or <see langword="null"/>.</param>
    /// <returns>Whether it has failed.</returns>
    public bool Note(BrokerAddress address, ErrorCode error, string? message)
    {
        if (error == ErrorCode.None)
            return false;
        Message ??= message;
        _all.Add((address, error));
        return true;
    }

    /// <summary>Notes that a broker could not be asked.</summary>
    /// <param name="address">The broker.</param>
    /// <param name="exception">Why.</param>
    public void Note(BrokerAddress address, Exception exception)
    {
        _exception ??= exception;
        IsCancelled |= exception is OperationCanceledException;
        _all.Add((address, (exception as StreamLogException)?.ErrorCode ?? ErrorCode.RequestTimedOut));
    }

    /// <summary>Tells whether none has answered.</summary>
    /// <param name="asked">How many were asked.</param>
    /// <returns><see langword="true"/> if all have failed.</returns>
    public bool AreAll(int asked) => asked > 0 && _all.Count == asked;

    /// <summary>Fails as the brokers have failed.</summary>
    /// <returns>What the first of them answered.</returns>
    /// <exception cref="StreamLogException">One could not be asked.</exception>
    public ErrorCode ThrowOrTell()
    {
        if (_exception is not null)
            ExceptionDispatchInfo.Throw(_exception);
        return _all[0].Error;
    }
}
