namespace StreamLog.Protocol.Records;

/// <summary>Between which times a record's timestamp must lie.</summary>
internal readonly struct TimestampBounds
{
    private readonly long _lowest;
    private readonly long _highest;

    /// <summary>Takes the bounds from the rules; there are none where the leader's clock counts.</summary>
    public TimestampBounds(in RecordBatchRules rules)
    {
        bool isFree = rules.TimestampType == TimestampType.LogAppendTime;
        // Saturated: the greatest distance means that any time will do, wherever the clock stands.
        _lowest = isFree || rules.TimestampBeforeMaxMs > rules.NowMs ? 0 : rules.NowMs - rules.TimestampBeforeMaxMs;
        _highest = isFree || rules.TimestampAfterMaxMs > long.MaxValue - rules.NowMs
            ? long.MaxValue
            : rules.NowMs + rules.TimestampAfterMaxMs;
    }

    /// <summary>Returns whether a timestamp may stand; -1, none at all, always may.</summary>
    public bool Hold(long timestamp) => (timestamp >= _lowest && timestamp <= _highest) || timestamp == -1;

    public string Describe(long timestamp) => $"Timestamp {timestamp} lies outside {_lowest} to {_highest}.";
}
