using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>The fetch sessions of a node: they spare clients to name, and the node to tell, what has not changed
/// (KIP-227).</summary>
/// <remarks>
/// <para>They stand before everything that looks at the partitions of a fetch: a request in a session is turned into
/// one that names all of them, and what is known to the client is taken out of its answer. They are in memory alone,
/// and clients in this process have none.</para>
/// <para>Owned by the door of a node; thread-safe.</para>
/// </remarks>
internal sealed class FetchSessions
{
    /// <summary>How many there may be: Kafka's <c>max.incremental.fetch.session.cache.slots</c>.</summary>
    public const int DefaultSlots = 1000;

    /// <summary>The epoch of a request that opens a session.</summary>
    public const int Opening = 0;

    /// <summary>The epoch of a request outside any session.</summary>
    public const int Closing = -1;

    private const int NoSession = 0;
    private const short FirstWithTopicIds = 13;
    private const short FirstWithReplicaState = 15;

    // Kafka's min.incremental.fetch.session.eviction.ms.
    private static readonly TimeSpan ProtectedFor = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _time;
    private readonly Func<int, int> _nextRandom;
    private readonly int _slots;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<int, FetchSession> _sessions = [];

    /// <summary>Creates an empty set of sessions.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="nextRandom">Gives random numbers from zero up to, and without, its argument.</param>
    /// <param name="slots">How many there may be.</param>
    public FetchSessions(TimeProvider time, Func<int, int> nextRandom, int slots = DefaultSlots)
    {
        _time = time;
        _nextRandom = nextRandom;
        _slots = slots;
    }

    /// <summary>Gets how many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _sessions.Count;
        }
    }

    /// <summary>Tells whether a request has to do with sessions.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> if it has.</returns>
    public static bool Concerns(FetchRequest request) =>
        request.SessionEpoch != Closing || request.SessionId != NoSession;

    /// <summary>Tells whether a request names topics by their ids.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool UsesTopicIds(FetchRequest request) => request.Version >= FirstWithTopicIds;

    /// <summary>Returns the epoch behind another.</summary>
    /// <param name="epoch">The epoch; none of the special ones.</param>
    /// <returns>The next one.</returns>
    public static int NextEpoch(int epoch) => epoch == int.MaxValue ? 1 : epoch + 1;

    /// <summary>Begins with a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="error">What is wrong, or None.</param>
    /// <returns>What is to be fetched; <see langword="null"/> where the request is refused.</returns>
    public FetchInSession? Begin(FetchRequest request, out ErrorCode error)
    {
        error = ErrorCode.None;
        if (request.SessionEpoch is Opening or Closing)
        {
            // Whoever names all of its partitions has given up the session that it had.
            lock (_gate)
                _sessions.Remove(request.SessionId);
            return new FetchInSession(this, request, request.WithoutSession(), session: null);
        }

        FetchSession? session;
        lock (_gate)
            session = _sessions.GetValueOrDefault(request.SessionId);
        if (session is null)
        {
            error = ErrorCode.FetchSessionIdNotFound;
            return null;
        }

        FetchRequest? all = session.Advance(request, _time.GetTimestamp(), out error);
        if (all is not null)
            return new FetchInSession(this, request, all, session);
        if (error != ErrorCode.None)
            return null;

        // Nothing is left in it.
        Close(session);
        return new FetchInSession(this, request, request.WithoutSession(), session: null);
    }

    /// <summary>Opens a session, if there is room for one.</summary>
    /// <param name="request">Its first request.</param>
    /// <param name="response">What that is answered.</param>
    /// <returns>The session's id, or 0 where there is none.</returns>
    public int Open(FetchRequest request, FetchResponse response)
    {
        // An answer that says nothing but to wait is none that a session could begin with.
        if (response.ThrottleTimeMs > 0 && response.Responses.Count == 0)
            return NoSession;

        bool isFollower =
            (request.Version < FirstWithReplicaState ? request.ReplicaId : request.ReplicaState?.ReplicaId ?? -1) >= 0;
        int size = request.Topics.Sum(topic => topic.Partitions.Count);
        long now = _time.GetTimestamp();
        FetchSession session;
        lock (_gate)
        {
            if (_sessions.Count >= _slots && !TryEvict(isFollower, size, now))
                return NoSession;

            int id;
            do
                id = 1 + _nextRandom(int.MaxValue - 1);
            while (_sessions.ContainsKey(id));
            session = new FetchSession(id, isFollower, UsesTopicIds(request), now);

            // Nobody knows its id before it is filled.
            _sessions.Add(id, session);
        }

        session.Open(request, response);
        return session.Id;
    }

    private void Close(FetchSession session)
    {
        lock (_gate)
            _sessions.Remove(session.Id);
    }

    /// <summary>Makes room as Kafka does: by the session that was idle for too long, or else by the smallest that has
    /// had its time and is worth less than the new one. Under the gate.</summary>
    private bool TryEvict(bool isFollower, int size, long now)
    {
        FetchSession? idlest = _sessions.Values.MinBy(session => session.LastUsedAt);
        if (idlest is not null && _time.GetElapsedTime(idlest.LastUsedAt, now) > ProtectedFor)
            return _sessions.Remove(idlest.Id);

        FetchSession? least = _sessions.Values
            .Where(session => (isFollower && !session.IsFollower)
                || _time.GetElapsedTime(session.CreatedAt, session.LastUsedAt) > ProtectedFor)
            .MinBy(session => (session.IsFollower, session.Size, session.Id));
        return least is not null
            && (isFollower, size, 0).CompareTo((least.IsFollower, least.Size, least.Id)) >= 0
            && _sessions.Remove(least.Id);
    }
}
