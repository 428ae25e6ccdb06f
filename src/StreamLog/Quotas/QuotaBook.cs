using System.Collections.Concurrent;
using System.Net;
using StreamLog.Extensibility;
using StreamLog.Metadata;
using StreamLog.Protocol;

namespace StreamLog.Quotas;

/// <summary>Keeps account of what clients use, and tells how long each is to be held back.</summary>
/// <remarks>Thread-safe. What nobody has used for an hour is forgotten, as in Kafka.</remarks>
internal sealed class QuotaBook : IConnectionQuota
{
    private const int SweepAt = 10_000;
    private const long IdleMsMax = 3_600_000;

    // Kafka bounds what the quota of time holds back by one sample.
    private const long RequestThrottleMsMax = SampledRate.SampleMs;

    // And so it bounds how long a connection is kept open that was one too many.
    private const long ConnectionHoldMsMax = SampledRate.SampleMs;

    private readonly AddressLimits _addresses = new();
    private readonly Func<ClusterImage> _image;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly ConcurrentDictionary<(QuotaKind Kind, string? User, string? ClientId), Account> _accounts = new();

    /// <summary>Opens a book.</summary>
    /// <param name="image">Returns the newest image.</param>
    /// <param name="time">The clock.</param>
    public QuotaBook(Func<ClusterImage> image, TimeProvider time)
    {
        _image = image;
        _time = time;
        _begun = time.GetTimestamp();
    }

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>Gets the newest image.</summary>
    public ClusterImage Image => _image();

    /// <summary>Gets whether there is any quota.</summary>
    public bool HasQuotas => !_image().ClientQuotas.IsEmpty;

    /// <summary>Tells how many bytes a client may read at once: more would hold it back although it had read nothing
    /// before.</summary>
    /// <param name="context">The client.</param>
    /// <returns>The most bytes.</returns>
    public int ReadMax(RequestContext context) =>
        QuotaLimit.Find(_image(), QuotaChange.ConsumerByteRate, context) is { } limit
            ? (int)Math.Min(int.MaxValue, limit.Bound * (SampledRate.Samples - 1) * SampledRate.SampleMs / 1000)
            : int.MaxValue;

    /// <summary>Notes bytes that a client is about to get, unless it has to come again for them.</summary>
    /// <param name="context">The client.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="isRefused">Whether it does not get them anyway.</param>
    /// <returns>For how many milliseconds the client is to be held back, and whether it gets nothing.</returns>
    public (int ThrottleMs, bool IsRefused) UseRead(RequestContext context, long bytes, bool isRefused)
    {
        if (QuotaLimit.Find(_image(), QuotaChange.ConsumerByteRate, context) is not { } limit)
            return (0, isRefused);

        Account account = Open(QuotaKind.Fetch, limit);
        lock (account)
        {
            long now = Now();
            account.UsedAt = now;

            // One batch that is more than the quota lets through at all is let through when nothing else was.
            bool isFirst = !account.Rate.IsUsed(now);
            account.Rate.Record(bytes, now);
            long excess = account.Rate.Excess(limit.Bound, now);
            isRefused |= excess > 0 && !isFirst;
            if (isRefused)
                account.Rate.Record(-bytes, now);
            return ((int)excess, isRefused);
        }
    }

    /// <summary>Notes bytes that a client has appended or read.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="context">The client.</param>
    /// <param name="bytes">How many.</param>
    /// <returns>For how many milliseconds the client is to be held back.</returns>
    public int UseBytes(QuotaKind kind, RequestContext context, long bytes)
    {
        string key = kind == QuotaKind.Produce ? QuotaChange.ProducerByteRate : QuotaChange.ConsumerByteRate;
        return QuotaLimit.Find(_image(), key, context) is { } limit ? (int)Use(kind, limit, bytes) : 0;
    }

    /// <summary>Notes time that a request of a client has taken.</summary>
    /// <param name="context">The client.</param>
    /// <param name="busy">How long.</param>
    /// <returns>For how many milliseconds the client is to be held back.</returns>
    public int UseTime(RequestContext context, TimeSpan busy) =>
        QuotaLimit.Find(_image(), QuotaChange.RequestPercentage, context) is { } limit
            ? (int)Math.Min(RequestThrottleMsMax, Use(QuotaKind.Request, limit, busy.TotalSeconds * 100))
            : 0;

    /// <summary>Notes partitions that a client wants to create or delete.</summary>
    /// <param name="context">The client.</param>
    /// <param name="partitions">How many.</param>
    /// <param name="isStrict">Whether nothing is granted to who has used up its permits; else it is granted and held
    /// against the client.</param>
    /// <returns>For how many milliseconds the client is to be held back. Where it is strict, more than none means that
    /// nothing was granted.</returns>
    public int UseMutations(RequestContext context, int partitions, bool isStrict)
    {
        if (QuotaLimit.Find(_image(), QuotaChange.ControllerMutationRate, context) is not { } limit)
            return 0;

        Account account = Open(QuotaKind.Mutation, limit);
        lock (account)
        {
            long now = Now();
            account.UsedAt = now;
            long debt = account.Permits.Debt(limit.Bound, now);
            if (isStrict && debt > 0)
                return (int)debt;
            account.Permits.Take(partitions);
            return isStrict ? 0 : (int)account.Permits.Debt(limit.Bound, now);
        }
    }

    /// <inheritdoc/>
    public TimeSpan Admit(IPAddress client)
    {
        ArgumentNullException.ThrowIfNull(client);
        ClusterImage image = _image();
        if (image.ClientQuotas.IsEmpty)
            return TimeSpan.Zero;
        IPAddress address = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        if (_addresses.Find(image, address) is not { } bound)
            return TimeSpan.Zero;

        Account account = Open(QuotaKind.Connection, new QuotaLimit(address.ToString(), ClientId: null, bound));
        lock (account)
        {
            long now = Now();
            account.UsedAt = now;
            account.Rate.Record(1, now);
            long excess = account.Rate.Excess(bound, now);

            // What is not let in does not count: who goes on trying gets in at the rate that it may have.
            if (excess > 0)
                account.Rate.Record(-1, now);
            return TimeSpan.FromMilliseconds(Math.Min(excess, ConnectionHoldMsMax));
        }
    }

    private long Use(QuotaKind kind, QuotaLimit limit, double value)
    {
        Account account = Open(kind, limit);
        lock (account)
        {
            long now = Now();
            account.UsedAt = now;
            account.Rate.Record(value, now);
            return account.Rate.Excess(limit.Bound, now);
        }
    }

    private Account Open(QuotaKind kind, QuotaLimit limit)
    {
        if (_accounts.TryGetValue((kind, limit.User, limit.ClientId), out Account? account))
            return account;
        if (_accounts.Count >= SweepAt)
            Sweep();
        return _accounts.GetOrAdd((kind, limit.User, limit.ClientId), static (_, now) => new Account(now), Now());
    }

    private void Sweep()
    {
        long now = Now();
        foreach (var account in _accounts)
        {
            if (now - account.Value.UsedAt > IdleMsMax)
                _accounts.TryRemove(account);
        }
    }

    private long Now() => (long)_time.GetElapsedTime(_begun).TotalMilliseconds;

    // What those who share one quota have used. Locked as a whole.
    private sealed class Account(long now)
    {
        public SampledRate Rate { get; } = new();

        public TokenBucket Permits { get; } = new();

        public long UsedAt { get; set; } = now;
    }
}
