using StreamLog.Threading;

namespace StreamLog.Clients.Producing;

/// <summary>A record that found no room, or whose topic is not known yet, in its place in the line.</summary>
/// <remarks>It is over when it was admitted, or its caller gave up, or the wait took too long: whichever comes
/// first.</remarks>
internal abstract class PendingRecord
{
    private readonly AppendCompletion _completion;
    private readonly bool _isAdmissionAwaited;
    private readonly Deadline _deadline;
    private volatile bool _isExpired;

    /// <summary>Puts the record in line, in the clock's eyes.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="completion">Who waits.</param>
    /// <param name="transaction">The number of the transaction that the record belongs to, or 0.</param>
    /// <param name="isAdmissionAwaited">Whether the wait is over once the record is admitted.</param>
    protected PendingRecord(
        ProducerTopic topic, AppendCompletion completion, int transaction, bool isAdmissionAwaited)
    {
        Topic = topic;
        _completion = completion;
        Transaction = transaction;
        _isAdmissionAwaited = isAdmissionAwaited;
        _deadline = Deadline.Start(
            topic.Engine.Time,
            Durations.ForTimer(topic.Engine.Options.MaxBlock),
            static record => ((PendingRecord)record!).Expire(),
            this);
    }

    /// <summary>Gets whether nobody waits any more.</summary>
    public bool IsOver => _isExpired || _completion.IsOver;

    /// <summary>Gets or sets whether the topic is to be looked at before, since the record names a partition nobody
    /// knows.</summary>
    public bool LooksFirst { get; set; }

    /// <summary>Gets the topic.</summary>
    protected ProducerTopic Topic { get; }

    /// <summary>Gets the number of the transaction that the record belongs to, or 0.</summary>
    protected int Transaction { get; }

    /// <summary>Appends the record to its batch, unless nobody waits any more.</summary>
    public void Admit()
    {
        // Otherwise it is the deadline's, which gives the completion back.
        if (!_deadline.TryCancel())
            return;
        if (!_completion.TryAdmit())
        {
            _completion.Drop();
            return;
        }

        try
        {
            Append(_isAdmissionAwaited ? null : _completion);
        }
        catch (Exception exception)
        {
            Fail(exception);
            return;
        }

        if (_isAdmissionAwaited)
            _completion.Complete(default);
    }

    /// <summary>Gives the record up.</summary>
    /// <param name="exception">What its caller is told, if the wait was not over.</param>
    public void Refuse(Exception exception)
    {
        if (_deadline.TryCancel())
            Fail(exception);
    }

    /// <summary>Serializes the record into its batch.</summary>
    /// <param name="completion">Who waits for it to be acknowledged, or <see langword="null"/>.</param>
    protected abstract void Append(AppendCompletion? completion);

    private void Fail(Exception exception)
    {
        NoteFailure(exception);
        _completion.Fail(exception);
    }

    private void Expire()
    {
        StreamLogException exception = Topic.DescribeWait();
        NoteFailure(exception);
        _isExpired = true;
        _completion.TryRefuse(exception);
        _completion.Drop();
    }

    // Before its caller is told, who may abort at once. One who has given up knows that the record is not there.
    private void NoteFailure(Exception exception)
    {
        if (!_completion.IsOver)
            Topic.Engine.Transaction?.Fail(Transaction, exception);
    }
}
