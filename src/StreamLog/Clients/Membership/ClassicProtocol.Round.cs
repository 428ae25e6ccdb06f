using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Membership;

/// <content>How all members join, and are told what they get.</content>
internal sealed partial class ClassicProtocol
{
    // As Kafka's clients: the coordinator has until then to answer whoever was joining in time.
    private static readonly TimeSpan JoinGrace = TimeSpan.FromSeconds(5);

    private void Begin(IReadOnlySet<TopicPartition> owned)
    {
        _mustJoin = true;
        CancellationTokenSource givingUp = new();
        _givingUp = givingUp;
        _round = RunAsync([.. owned], givingUp.Token);
        _ = TellAsync(_round);
    }

    private async Task TellAsync(Task round)
    {
        await round.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _news();
    }

    private async ValueTask<GroupExchange> EndAsync()
    {
        Task<JoinedGroup> round = _round!;
        _round = null;
        try
        {
            _joined = await round.ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (IsOut(exception.ErrorCode))
        {
            return Out(exception.ErrorCode);
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.RebalanceInProgress)
        {
            // Somebody came or went meanwhile. What the member has stays with it.
            return new GroupExchange(_options.RetryBackoff);
        }

        _mustJoin = !_joined.IsLast;
        _lookedAt = _session.Time.GetTimestamp();
        return new GroupExchange(_interval, _joined.Assigned);
    }

    private async Task<JoinedGroup> RunAsync(HashSet<TopicPartition> owned, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> topics = await _topics.SubscribedAsync(cancellationToken).ConfigureAwait(false);
        byte[] claim = ClaimCodec.Write(topics, owned, Stamp?.Epoch ?? -1, _joined?.Generation ?? -1);
        JoinGroupResponse joined = await JoinAsync(claim, cancellationToken).ConfigureAwait(false);

        // From here on the coordinator takes commits of this generation alone.
        _memberId = joined.MemberId;
        _stamp = new MemberStamp(joined.MemberId, joined.GenerationId, _options.InstanceId);
        SyncGroupRequest sync = new()
        {
            GroupId = _options.Group!,
            MemberId = joined.MemberId,
            GroupInstanceId = _options.InstanceId,
            GenerationId = joined.GenerationId,
            ProtocolType = joined.ProtocolType,
            ProtocolName = joined.ProtocolName,
        };
        IReadOnlyDictionary<string, int>? counts = joined.Leader == joined.MemberId
            ? await LeadAsync(joined, sync, cancellationToken).ConfigureAwait(false)
            : null;
        SyncGroupResponse synced =
            await _session.SendAsync(sync, JoinTimeout(), cancellationToken).ConfigureAwait(false);
        if (synced.ErrorCode != ErrorCode.None)
            throw Refused(synced.ErrorCode);

        // A static member that is back may be given what it read when it left.
        HashSet<TopicPartition> assigned = ClaimCodec.ReadAssignment(synced.Assignment);
        int strangers = assigned.RemoveWhere(partition => !topics.Contains(partition.Topic, StringComparer.Ordinal));
        return new JoinedGroup(
            joined.GenerationId,
            topics,
            assigned,
            counts,
            IsLast: strangers == 0 && owned.IsSubsetOf(assigned));
    }

    private async ValueTask<JoinGroupResponse> JoinAsync(byte[] claim, CancellationToken cancellationToken)
    {
        while (true)
        {
            JoinGroupRequest request = new()
            {
                GroupId = _options.Group!,
                MemberId = _memberId,
                GroupInstanceId = _options.InstanceId,
                ProtocolType = "consumer",
                Protocols = [new() { Name = CooperativeSticky.Name, Metadata = claim }],
                SessionTimeoutMs = Durations.ToRequest(_options.SessionTimeout),
                RebalanceTimeoutMs = Durations.ToRequest(_options.MaxPollInterval),
            };
            JoinGroupResponse response =
                await _session.SendAsync(request, JoinTimeout(), cancellationToken).ConfigureAwait(false);
            if (response.ErrorCode == ErrorCode.None)
                return response;

            // So nobody is a member whose answer got lost.
            if (response.ErrorCode != ErrorCode.MemberIdRequired || _memberId.Length > 0)
                throw Refused(response.ErrorCode);
            _memberId = response.MemberId;
        }
    }

    /// <summary>Assigns partitions to all members.</summary>
    /// <returns>How many partitions there are of the topics of all members.</returns>
    private async ValueTask<IReadOnlyDictionary<string, int>> LeadAsync(
        JoinGroupResponse joined, SyncGroupRequest sync, CancellationToken cancellationToken)
    {
        List<MemberClaim> claims = joined.Members.ConvertAll(ClaimCodec.Read);
        IReadOnlyDictionary<string, int> counts = await _topics
            .CountAsync(claims.SelectMany(static claim => claim.Topics), cancellationToken).ConfigureAwait(false);

        // The group goes on as it is where a static member is back that leads it.
        if (joined.SkipAssignment)
            return counts;
        foreach ((string memberId, List<TopicPartition> share) in CooperativeSticky.Assign(claims, counts))
        {
            sync.Assignments.Add(new SyncGroupRequest.SyncGroupRequestAssignment
            {
                MemberId = memberId,
                Assignment = ClaimCodec.WriteAssignment(share),
            });
        }

        return counts;
    }

    private TimeSpan JoinTimeout()
    {
        TimeSpan longest = Durations.ForTimer(_options.MaxPollInterval) + JoinGrace;
        return longest > _options.ApiTimeout ? longest : _options.ApiTimeout;
    }
}
