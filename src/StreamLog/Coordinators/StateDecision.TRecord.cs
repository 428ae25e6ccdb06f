namespace StreamLog.Coordinators;

/// <summary>What is decided about the state of a partition in one step: records to append, and answers to give
/// once they are
/// committed.</summary>
/// <remarks>
/// <para>Records are applied to the state as soon as they are appended, so the next decision sees them. The answers
/// wait until these records are committed, and all that were appended before them.</para>
/// <para>Belongs to the one step that it is made for.</para>
/// </remarks>
/// <typeparam name="TRecord">What is appended.</typeparam>
/// <param name="now">The time that deadlines are counted in, in milliseconds. It only goes forward.</param>
/// <param name="timestamp">The time of the calendar, in Unix milliseconds, for what is written down.</param>
internal class StateDecision<TRecord>(long now, long timestamp)
{
    private readonly List<TRecord> _records = [];
    private readonly List<Reply> _replies = [];

    /// <summary>Gets the time that deadlines are counted in, in milliseconds.</summary>
    public long Now => now;

    /// <summary>Gets the time of the calendar, in Unix milliseconds.</summary>
    public long Timestamp => timestamp;

    /// <summary>Gets what is to be appended: all of it or nothing.</summary>
    public IReadOnlyList<TRecord> Records => _records;

    /// <summary>Gets the answers.</summary>
    public IReadOnlyList<Reply> Replies => _replies;

    /// <summary>Gets or sets whether the state has changed already what its records say, so that it must be loaded anew
    /// where they are refused.</summary>
    public bool IsAhead { get; set; }

    /// <summary>Adds a record.</summary>
    /// <param name="record">The record.</param>
    public void Append(in TRecord record) => _records.Add(record);

    /// <summary>Answers a request: the one that is decided on, or one that has waited.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="reply">What it waits for.</param>
    /// <param name="response">The response.</param>
    public void Answer<TResponse>(Reply<TResponse> reply, TResponse response)
        where TResponse : class
    {
        reply.Decide(response);
        _replies.Add(reply);
    }

    /// <summary>Has something done once all of it is committed.</summary>
    /// <param name="next">What is to be done. It is not called where that will never be.</param>
    public void Then(Action next) => _replies.Add(new Continuation(next));
}
