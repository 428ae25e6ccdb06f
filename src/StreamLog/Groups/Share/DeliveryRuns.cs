using StreamLog.Diagnostics;

namespace StreamLog.Groups.Share;

/// <summary>The states of offsets one after another, as runs that cover all of them without a hole.</summary>
/// <remarks>Owned by a <see cref="SharePartition"/>; not thread-safe.</remarks>
internal sealed class DeliveryRuns
{
    private readonly List<DeliveryRun> _runs = [];

    /// <summary>Creates runs that cover nothing.</summary>
    /// <param name="start">The offset that the first of them will begin at.</param>
    public DeliveryRuns(long start) => Start = End = start;

    /// <summary>Gets the first offset.</summary>
    public long Start { get; private set; }

    /// <summary>Gets the offset behind the last one.</summary>
    public long End { get; private set; }

    /// <summary>Gets the runs in order.</summary>
    public IReadOnlyList<DeliveryRun> All => _runs;

    /// <summary>Adds offsets at the end.</summary>
    /// <param name="end">The offset behind the last one.</param>
    public void Extend(long end)
    {
        if (end <= End)
            return;

        Append(_runs, new DeliveryRun(End, end - 1, DeliveryState.Available, 0));
        End = end;
    }

    /// <summary>Cuts offsets off at the start, whatever their state.</summary>
    /// <param name="start">The first offset that stays.</param>
    public void Cut(long start)
    {
        if (start <= Start)
            return;

        int gone = 0;
        while (gone < _runs.Count && _runs[gone].Last < start)
            gone++;
        _runs.RemoveRange(0, gone);
        if (_runs.Count > 0 && _runs[0].First < start)
            _runs[0] = _runs[0] with { First = start };
        Start = start;
        End = Math.Max(End, start);
    }

    /// <summary>Cuts offsets off at the end, whatever their state.</summary>
    /// <param name="end">The offset behind the last one that stays.</param>
    public void Truncate(long end)
    {
        if (end >= End)
            return;

        _runs.RemoveAll(run => run.First >= end);
        if (_runs.Count > 0 && _runs[^1].Last >= end)
            _runs[^1] = _runs[^1] with { Last = end - 1 };
        End = end;
        Start = Math.Min(Start, end);
    }

    /// <summary>Cuts off at the start what is over.</summary>
    public void CutOver()
    {
        int over = 0;
        while (over < _runs.Count && _runs[over].IsOver)
            over++;
        Cut(over < _runs.Count ? _runs[over].First : End);
    }

    /// <summary>Changes the runs that lie within a range, each split where it reaches out of it.</summary>
    /// <param name="first">The first offset of the range.</param>
    /// <param name="last">Its last offset.</param>
    /// <param name="change">Returns what a run becomes: of the same offsets.</param>
    public void Change(long first, long last, Func<DeliveryRun, DeliveryRun> change)
    {
        List<DeliveryRun> changed = new(_runs.Count + 2);
        foreach (DeliveryRun run in _runs)
        {
            if (run.Last < first || run.First > last)
            {
                Append(changed, run);
                continue;
            }

            if (run.First < first)
                Append(changed, run with { Last = first - 1 });
            DeliveryRun inside = run with { First = Math.Max(run.First, first), Last = Math.Min(run.Last, last) };
            DeliveryRun now = change(inside);
            Invariant.Holds(now.First == inside.First && now.Last == inside.Last);
            Append(changed, now);
            if (run.Last > last)
                Append(changed, run with { First = last + 1 });
        }

        _runs.Clear();
        _runs.AddRange(changed);
    }

    private static void Append(List<DeliveryRun> runs, in DeliveryRun run)
    {
        if (runs.Count > 0 && runs[^1].Last + 1 == run.First && runs[^1].HasSameState(run))
            runs[^1] = runs[^1] with { Last = run.Last };
        else
            runs.Add(run);
    }
}
