using StreamLog.Groups.Assignors;

namespace StreamLog.Groups.Share;

/// <summary>The sessions of members that fetch.</summary>
/// <remarks>They are in memory alone: whoever comes with one after a restart opens another. Owned by the
/// <see cref="ShareCoordinator"/>; thread-safe.</remarks>
/// <param name="max">How many there may be.</param>
internal sealed class ShareSessions(int max)
{
    /// <summary>The epoch of a request that opens a session.</summary>
    public const int Opening = 0;

    /// <summary>The epoch of a request that closes its session.</summary>
    public const int Closing = -1;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<(string Group, string MemberId), ShareSession> _sessions = [];

    /// <summary>Takes the next request of a session, or the first.</summary>
    /// <param name="member">The group and the member's id.</param>
    /// <param name="epoch">The epoch that it comes with.</param>
    /// <param name="added">The partitions to add.</param>
    /// <param name="forgotten">The partitions to take out.</param>
    /// <param name="error">What is wrong, or None.</param>
    /// <returns>The partitions to fetch, in turn; those that the session had where it is closed.</returns>
    public IReadOnlyList<TopicIdPartition> Take(
        (string Group, string MemberId) member,
        int epoch,
        IEnumerable<TopicIdPartition> added,
        IEnumerable<TopicIdPartition> forgotten,
        out ErrorCode error)
    {
        lock (_gate)
        {
            error = ErrorCode.None;
            ShareSession? session = _sessions.GetValueOrDefault(member);
            if (epoch == Opening)
            {
                if (session is null && _sessions.Count >= max)
                {
                    error = ErrorCode.ShareSessionLimitReached;
                    return [];
                }

                _sessions[member] = session = new ShareSession();
            }
            else
            {
                error = session is null ? ErrorCode.ShareSessionNotFound
                    : epoch != Closing && epoch != session.Epoch ? ErrorCode.InvalidShareSessionEpoch
                    : ErrorCode.None;
                if (error != ErrorCode.None)
                    return [];
                if (epoch == Closing)
                {
                    _sessions.Remove(member);
                    return session!.Partitions;
                }

                session!.Epoch = epoch == int.MaxValue ? 1 : epoch + 1;
            }

            session.Partitions.AddRange(added.Distinct().Except(session.Partitions).ToArray());
            foreach (TopicIdPartition partition in forgotten)
                session.Partitions.Remove(partition);
            return InTurn(session);
        }
    }

    /// <summary>Lists who has a session.</summary>
    /// <returns>A copy: groups and the ids of members.</returns>
    public IReadOnlyList<(string Group, string MemberId)> List()
    {
        lock (_gate)
            return [.. _sessions.Keys];
    }

    /// <summary>Drops the session of who is no member any more.</summary>
    /// <param name="member">The group and the member's id.</param>
    public void Drop((string Group, string MemberId) member)
    {
        lock (_gate)
            _sessions.Remove(member);
    }

    private static IReadOnlyList<TopicIdPartition> InTurn(ShareSession session)
    {
        if (session.Partitions.Count == 0)
            return [];

        int first = session.Turn++ % session.Partitions.Count;
        return [.. session.Partitions[first..], .. session.Partitions[..first]];
    }
}
