namespace StreamLog.Coordinators;

/// <summary>The state that one partition keeps: a state machine without I/O, locks, clocks or chance.</summary>
/// <remarks>A fold over the records of its partition, which lets one thread in at a time.</remarks>
/// <typeparam name="TRecord">What it is made of.</typeparam>
internal interface IStateTable<TRecord>
{
    /// <summary>Gets a time before which nothing is due; <see cref="long.MaxValue"/> where nothing ever is.</summary>
    long NextDeadlineMs { get; }

    /// <summary>Begins a decision.</summary>
    /// <param name="now">The time that deadlines are counted in, in milliseconds.</param>
    /// <param name="timestamp">The time of the calendar, in Unix milliseconds.</param>
    /// <returns>The decision, with nothing decided.</returns>
    StateDecision<TRecord> NewDecision(long now, long timestamp);

    /// <summary>Takes a record that was just appended.</summary>
    /// <param name="record">The record.</param>
    void Append(in TRecord record);

    /// <summary>Takes a record that was appended and is committed now.</summary>
    /// <param name="record">The record.</param>
    /// <param name="offset">Its offset.</param>
    void Commit(in TRecord record, long offset);

    /// <summary>Called once all records have been read.</summary>
    /// <param name="now">The time that deadlines are counted in.</param>
    /// <param name="timestamp">The time of the calendar, in Unix milliseconds.</param>
    void Loaded(long now, long timestamp);

    /// <summary>Decides what follows from one deadline that has passed.</summary>
    /// <param name="decision">Takes what is decided.</param>
    /// <returns><see langword="false"/> if none has.</returns>
    bool TryExpire(StateDecision<TRecord> decision);
}
