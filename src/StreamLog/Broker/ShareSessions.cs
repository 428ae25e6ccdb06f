using StreamLog.Broker.Faces;
using StreamLog.Groups.Assignors;
using StreamLog.Groups.Share;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>The sessions in which members of share groups fetch from a node (KIP-932).</summary>
/// <remarks>
/// <para>They stand before everything that looks at the partitions of a fetch: a request in a session is turned into
/// one that names all of them. They are in memory alone: whoever comes with one after a restart opens another.</para>
/// <para>A session ends with the connection that opened it, unless its member has opened another one since: what the
/// member has acquired is free then. Owned by the door of a node; thread-safe.</para>
/// </remarks>
/// <param name="parts">The broker.</param>
/// <param name="nodeId">The node, where it is one of several that share the broker: it frees nothing that another one
/// leads.</param>
internal sealed class ShareSessions(BrokerParts parts, int? nodeId)
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
    /// <param name="connection">The connection that it comes over.</param>
    /// <param name="all">The fetch with all that the session reads.</param>
    /// <param name="error">What is wrong, or None.</param>
    /// <returns>The session; <see langword="null"/> where the fetch is refused.</returns>
    public ShareSession? Begin(
        ShareFetchRequest request,
        ShareSessionKey key,
        RequestSession connection,
        out ShareFetchRequest all,
        out ErrorCode error)
    {
        all = request;
        if (request.ShareSessionEpoch == Opening)
        {
            error = Open(key, connection);
            if (error != ErrorCode.None)
                return null;
        }

        lock (_gate)
        {
            ShareSession? session = Take(key, request.ShareSessionEpoch, out error);
            if (session is not null)
                all = session.Expand(request);
            return session;
        }
    }

    /// <summary>Begins with an acknowledgement.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="request">The acknowledgement.</param>
    /// <param name="error">What is wrong, or None.</param>
    /// <returns>The session; <see langword="null"/> where the acknowledgement is refused.</returns>
    public ShareSession? Begin(ShareAcknowledgeRequest request, ShareSessionKey key, out ErrorCode error)
    {
        // A session is opened by a fetch.
        error = ErrorCode.InvalidShareSessionEpoch;
        if (request.ShareSessionEpoch == Opening)
            return null;

        lock (_gate)
            return Take(key, request.ShareSessionEpoch, out error);
    }

    /// <summary>Ends a session, and frees what its member has left from it. Does nothing where the member has another
    /// one, or none.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="session">The session.</param>
    public void End(ShareSessionKey key, ShareSession session)
    {
        if (Drop(key, session))
            Release(key, session);
    }

    /// <summary>Frees what a fetch has acquired whose member has no session any more.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="session">The session that it had.</param>
    public void ReleaseIfOver(ShareSessionKey key, ShareSession session)
    {
        bool isOver;
        lock (_gate)
            isOver = !_sessions.ContainsKey(key);
        if (isOver)
            Release(key, session);
    }

    /// <summary>Forgets a session. Its member keeps what it has, and has to open another.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="session">The session.</param>
    /// <returns><see langword="false"/> if the member has another one, or none.</returns>
    public bool Drop(ShareSessionKey key, ShareSession session)
    {
        lock (_gate)
        {
            if (_sessions.GetValueOrDefault(key) != session)
                return false;
            _sessions.Remove(key);
        }

        session.Connection.Unregister();
        return true;
    }

    private void Release(ShareSessionKey key, ShareSession session)
    {
        TopicIdPartition[] all;
        lock (_gate)
            all = [.. session.Partitions];
        ClusterImage image = parts.Partitions.Current.Image;
        foreach (TopicIdPartition partition in all)
        {
            if (nodeId is not { } node
                || new FaceRules(image, node).Find(null, partition.TopicId, partition.Partition)?.Leader == node)
            {
                parts.Shares.Release(
                    new SharePartitionKey(key.Group, partition.TopicId, partition.Partition), key.MemberId);
            }
        }
    }

    private ErrorCode Open(ShareSessionKey key, RequestSession connection)
    {
        MakeRoom(key);
        ShareSession opened = new();
        ShareSession? before;
        lock (_gate)
        {
            // What the member has is its own, in this session as in the one before.
            before = _sessions.GetValueOrDefault(key);
            if (before is null && _sessions.Count >= parts.Shares.MaxSessions)
                return ErrorCode.ShareSessionLimitReached;
            _sessions[key] = opened;
        }

        before?.Connection.Unregister();

        // Not under the gate: where the connection has ended already, it ends the session right here.
        opened.Connection = connection.Ended.UnsafeRegister(_ => End(key, opened), null);
        return ErrorCode.None;
    }

    // Those of who is no member any more make room.
    private void MakeRoom(ShareSessionKey key)
    {
        KeyValuePair<ShareSessionKey, ShareSession>[] all;
        lock (_gate)
        {
            if (_sessions.Count < parts.Shares.MaxSessions || _sessions.ContainsKey(key))
                return;
            all = [.. _sessions];
        }

        foreach ((ShareSessionKey other, ShareSession session) in all)
        {
            if (parts.ShareGroups.CheckMember(other.Group, other.MemberId) != ErrorCode.None)
                End(other, session);
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
