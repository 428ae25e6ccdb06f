namespace StreamLog.Groups.Share;

/// <summary>What a member says of offsets one after another. Immutable.</summary>
/// <param name="First">The first offset.</param>
/// <param name="Last">The last offset.</param>
/// <param name="Types">What it says of each, or of all of them alike.</param>
internal readonly record struct AcknowledgedRun(long First, long Last, IReadOnlyList<sbyte> Types)
{
    /// <summary>Checks what can be told without looking at the records, by Kafka's rules.</summary>
    /// <param name="runs">What one request says of one partition.</param>
    /// <param name="mayRenew">Whether the request says that locks are begun anew.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static string? FindFault(IReadOnlyList<AcknowledgedRun> runs, bool mayRenew)
    {
        AcknowledgeType max = mayRenew ? AcknowledgeType.Renew : AcknowledgeType.Reject;
        long behind = -1;
        foreach (AcknowledgedRun run in runs)
        {
            if (run.First < 0 || run.First > run.Last)
                return "An acknowledgement ends before it begins.";
            if (run.First <= behind)
                return "Acknowledgements must be in order and not overlap.";
            if (run.Types.Count == 0 || (run.Types.Count > 1 && run.Types.Count != run.Last - run.First + 1))
                return "An acknowledgement must have one type, or one for each record.";
            if (run.Types.Any(type => type < 0 || type > (sbyte)max))
                return $"An acknowledgement has a type that is not one of 0 to {(sbyte)max}.";
            behind = run.Last;
        }

        return null;
    }

    /// <summary>Splits it into runs of one type each.</summary>
    /// <returns>The runs in order.</returns>
    public IEnumerable<(long First, long Last, AcknowledgeType Type)> Split()
    {
        if (Types.Count == 1)
        {
            yield return (First, Last, (AcknowledgeType)Types[0]);
            yield break;
        }

        int from = 0;
        for (int i = 1; i <= Types.Count; i++)
        {
            if (i < Types.Count && Types[i] == Types[from])
                continue;
            yield return (First + from, First + i - 1, (AcknowledgeType)Types[from]);
            from = i;
        }
    }
}
