namespace StreamLog.Groups;

/// <summary>What is decided about a group in one step: records to append, and answers to give once they are
/// committed.</summary>
/// <remarks>
/// <para>Records are applied to the group as soon as they are appended, so the next decision sees them. The answers
/// wait until these records are committed, and all that were appended before them.</para>
/// <para>Belongs to the one step that it is made for.</para>
/// </remarks>
/// <param name="now">The time that deadlines are counted in, in milliseconds. It only goes forward.</param>
/// <param name="timestamp">The time of the calendar, in Unix milliseconds, for what is written down.</param>
internal sealed class GroupDecision(long now, long timestamp)
{
    private readonly List<GroupRecord> _records = [];
    private readonly List<GroupReply> _replies = [];

    /// <summary>Gets the time that deadlines are counted in, in milliseconds.</summary>
    public long Now => now;

    /// <summary>Gets the time of the calendar, in Unix milliseconds.</summary>
    public long Timestamp => timestamp;

    /// <summary>Gets what is to be appended: all of it or nothing.</summary>
    public IReadOnlyList<GroupRecord> Records => _records;

    /// <summary>Gets the answers.</summary>
    public IReadOnlyList<GroupReply> Replies => _replies;

    /// <summary>Gets or sets whether the group has changed already what its records say, so that it must be loaded anew
    /// where they are refused.</summary>
    public bool IsAhead { get; set; }

    /// <summary>Adds a record.</summary>
    /// <param name="record">The record.</param>
    public void Append(in GroupRecord record) => _records.Add(record);

    /// <summary>Answers a request: the one that is decided on, or one that has waited.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="reply">What it waits for.</param>
    /// <param name="response">The response.</param>
    public void Answer<TResponse>(GroupReply<TResponse> reply, TResponse response)
        where TResponse : class
    {
        reply.Decide(response);
        _replies.Add(reply);
    }
}
