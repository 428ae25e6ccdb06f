using StreamLog.Groups.Assignors;
using StreamLog.Groups.Share;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>The sessions in which members of share groups fetch from a node (KIP-932).</summary>
/// <remarks>
/// <para>They stand before everything that looks at the partitions of a fetch: a request in a session is turned into
/// one that names all of them. They are in memory alone: whoever comes with one after a restart opens another.</para>
/// <para>A session belongs to the connection that opened it, and ends with it: what its member has acquired is free
/// then. Owned by the door of a node; thread-safe.</para>
/// </remarks>
/// <param name="parts">The broker.</param>
internal sealed class ShareSessions(BrokerParts parts)
{
    /// <summary>The epoch of a request that opens a session.</summary>
    public const int Opening = 0;

    /// <summary>The epoch of a request that closes its session.</summary>
    public const int Closing = -1;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<ShareSessionKey, ShareSession> _sessions = [];

    /// <summary>Begins with a fetch.</summary>
    /// <param name="request">The fetch.</param>
    /// <param name="key">Whose it is.</param>
    /// <param name="error">What is wrong, or None.</param>
    /// <returns>The fetch with all that the session reads; <see langword="null"/> where it is refused.</returns>
    public ShareFetchRequest? Begin(ShareFetchRequest request, ShareSessionKey key, out ErrorCode error)
    {
        if (request.ShareSessionEpoch == Opening)
        {
            error = Open(key);
            if (error != ErrorCode.None)
                return null;
        }

        lock (_gate)
        {
            ShareSession? session = Take(key, request.ShareSessionEpoch, out error);
            return session?.Expand(request);
        }
    }

    /// <summary>Begins with an acknowledgement.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="request">The acknowledgement.</param>
    /// <returns>What is wrong, or None.</returns>
    public ErrorCode Begin(ShareAcknowledgeRequest request, ShareSessionKey key)
    {
        // A session is opened by a fetch.
        if (request.ShareSessionEpoch == Opening)
            return ErrorCode.InvalidShareSessionEpoch;

        lock (_gate)
        {
            Take(key, request.ShareSessionEpoch, out ErrorCode error);
            return error;
        }
    }

    /// <summary>Ends a session, and frees what its member has left from it. Does nothing where there is none.</summary>
    /// <param name="key">Whose it is.</param>
    public void End(ShareSessionKey key)
    {
        if (Drop(key) is not { } session)
            return;

        foreach (TopicIdPartition partition in session.Partitions)
        {
            parts.Shares.Release(
                new SharePartitionKey(key.Group, partition.TopicId, partition.Partition), key.MemberId);
        }
    }

    /// <summary>Forgets a session. Its member keeps what it has, and has to open another.</summary>
    /// <param name="key">Whose it is.</param>
    /// <returns>The session, or <see langword="null"/> where there is none.</returns>
    public ShareSession? Drop(ShareSessionKey key)
    {
        ShareSession? session;
        lock (_gate)
        {
            if (!_sessions.Remove(key, out session))
                return null;
        }

        session.End.Unregister();
        return session;
    }

    private ErrorCode Open(ShareSessionKey key)
    {
        MakeRoom(key);
        ShareSession opened = new();
        lock (_gate)
        {
            // What the member has is its own, in this session as in the one before.
            if (_sessions.TryGetValue(key, out ShareSession? before))
                opened.End = before.End;
            else if (_sessions.Count >= parts.Shares.MaxSessions)
                return ErrorCode.ShareSessionLimitReached;

            _sessions[key] = opened;
            if (before is not null)
                return ErrorCode.None;
        }

        // Not under the gate: where the connection has ended already, it ends the session right here.
        CancellationTokenRegistration end = key.Connection.Ended.UnsafeRegister(_ => End(key), null);
        lock (_gate)
            opened.End = end;
        return ErrorCode.None;
    }

    // Those of who is no member any more make room.
    private void MakeRoom(ShareSessionKey key)
    {
        ShareSessionKey[] all;
        lock (_gate)
        {
            if (_sessions.Count < parts.Shares.MaxSessions || _sessions.ContainsKey(key))
                return;
            all = [.. _sessions.Keys];
        }

        foreach (ShareSessionKey other in all)
        {
            if (parts.ShareGroups.CheckMember(other.Group, other.MemberId) != ErrorCode.None)
                End(other);
        }
    }

    // Under the gate.
    private ShareSession? Take(ShareSessionKey key, int epoch, out ErrorCode error)
    {
        ShareSession? session = _sessions.GetValueOrDefault(key);
        error = session is null ? ErrorCode.ShareSessionNotFound
            : epoch != Closing && epoch != session.Epoch ? ErrorCode.InvalidShareSessionEpoch
            : ErrorCode.None;
        if (error != ErrorCode.None)
            return null;

        session!.Advance();
        return session;
    }
}
