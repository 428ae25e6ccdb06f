namespace StreamLog.Clients.Sharing;

/// <summary>What was said of records and is not sent yet. Thread-safe.</summary>
internal sealed class PendingAcknowledgements
{
    /// <summary>There is no record at that offset.</summary>
    public const sbyte Gap = 0;

    /// <summary>It is done.</summary>
    public const sbyte Accept = 1;

    /// <summary>It is to be delivered again.</summary>
    public const sbyte Release = 2;

    /// <summary>It is given up.</summary>
    public const sbyte Reject = 3;

    /// <summary>It is still worked at.</summary>
    public const sbyte Renew = 4;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private Dictionary<SharedPartition, SortedDictionary<long, sbyte>> _said = [];

    /// <summary>Gets whether there is nothing to send.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _said.Count == 0;
        }
    }

    /// <summary>Adds a word about a record.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="offset">The offset.</param>
    /// <param name="type">What is said.</param>
    public void Add(SharedPartition partition, long offset, sbyte type)
    {
        lock (_gate)
        {
            if (!_said.TryGetValue(partition, out SortedDictionary<long, sbyte>? said))
                _said.Add(partition, said = []);
            said[offset] = type;
        }
    }

    /// <summary>Takes all of it out, to be sent.</summary>
    /// <returns>For each partition runs of offsets of which the same is said, in order.</returns>
    public Dictionary<SharedPartition, List<(long First, long Last, sbyte Type)>> Take()
    {
        Dictionary<SharedPartition, SortedDictionary<long, sbyte>> taken;
        lock (_gate)
        {
            taken = _said;
            _said = [];
        }

        return taken.ToDictionary(said => said.Key, said => Runs(said.Value));
    }

    /// <summary>Puts back what could not be sent.</summary>
    /// <param name="taken">What was taken out.</param>
    public void PutBack(Dictionary<SharedPartition, List<(long First, long Last, sbyte Type)>> taken)
    {
        foreach ((SharedPartition partition, List<(long First, long Last, sbyte Type)> runs) in taken)
        {
            foreach ((long first, long last, sbyte type) in runs)
            {
                for (long offset = first; offset <= last; offset++)
                    Add(partition, offset, type);
            }
        }
    }

    private static List<(long First, long Last, sbyte Type)> Runs(SortedDictionary<long, sbyte> said)
    {
        List<(long First, long Last, sbyte Type)> runs = [];
        foreach ((long offset, sbyte type) in said)
        {
            if (runs.Count > 0 && runs[^1].Last + 1 == offset && runs[^1].Type == type)
                runs[^1] = (runs[^1].First, offset, type);
            else
                runs.Add((offset, offset, type));
        }

        return runs;
    }
}
