using StreamLog.Cli.Targets;
using StreamLog.Protocol.Messages;

namespace StreamLog.Cli.Groups;

/// <summary>Asks a broker for its groups, of whichever protocol, and deletes them.</summary>
internal sealed class GroupCatalog
{
    private readonly LogTarget _log;

    public GroupCatalog(LogTarget log) => _log = log;

    /// <summary>Lists all groups, by name.</summary>
    public async ValueTask<IReadOnlyList<GroupListing>> ListAsync(CancellationToken cancellationToken)
    {
        ListGroupsResponse response =
            await _log.SendAsync(new ListGroupsRequest(), cancellationToken).ConfigureAwait(false);
        ThrowIfRefused(response.ErrorCode, null, "The list of groups");
        return
        [
            .. response.Groups.OrderBy(group => group.GroupId, StringComparer.Ordinal)
                .Select(group => new GroupListing(group.GroupId, group.GroupType, group.GroupState)),
        ];
    }

    /// <summary>Describes one group: who is in it, and how far it has come.</summary>
    /// <exception cref="CommandFailure">There is none of that name.</exception>
    public async ValueTask<GroupDescription> DescribeAsync(string group, CancellationToken cancellationToken)
    {
        GroupListing listing = await FindAsync(group, cancellationToken).ConfigureAwait(false);
        (string assignor, List<GroupMember> members) = listing.Type.ToUpperInvariant() switch
        {
            "CONSUMER" => await DescribeConsumerAsync(group, cancellationToken).ConfigureAwait(false),
            "SHARE" => await DescribeShareAsync(group, cancellationToken).ConfigureAwait(false),
            _ => await DescribeClassicAsync(group, cancellationToken).ConfigureAwait(false),
        };
        Dictionary<TopicPartition, long> offsets = IsShare(listing)
            ? await FindShareOffsetsAsync(group, cancellationToken).ConfigureAwait(false)
            : (await _log.Admin.ListGroupOffsetsAsync(group, cancellationToken).ConfigureAwait(false))
                .ToDictionary(entry => entry.Key, entry => entry.Value.Offset);
        return new GroupDescription(listing, assignor, members)
        {
            Progress = await MeasureAsync(offsets, members, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Finds a group by its name.</summary>
    /// <exception cref="CommandFailure">There is none.</exception>
    public async ValueTask<GroupListing> FindAsync(string group, CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(each => each.Name == group)
        ?? throw new CommandFailure($"There is no group '{group}'. 'streamlog groups list' shows those there are.");

    /// <summary>Deletes a group without members, and what it has committed.</summary>
    public async ValueTask DeleteAsync(string group, CancellationToken cancellationToken)
    {
        DeleteGroupsResponse response = await _log
            .SendAsync(new DeleteGroupsRequest { GroupsNames = [group] }, cancellationToken).ConfigureAwait(false);
        ErrorCode code = response.Results.Find(result => result.GroupId == group)?.ErrorCode
            ?? ErrorCode.UnknownServerError;
        ThrowIfRefused(code, null, $"The deletion of group '{group}'");
    }

    /// <summary>Deletes what a group has committed for partitions.</summary>
    public async ValueTask DeleteOffsetsAsync(
        string group, IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        OffsetDeleteRequest request = new() { GroupId = group };
        foreach (IGrouping<string, TopicPartition> topic in partitions.GroupBy(partition => partition.Topic))
        {
            request.Topics.Add(new OffsetDeleteRequest.OffsetDeleteRequestTopic
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(partition => new OffsetDeleteRequest.OffsetDeleteRequestPartition
                    {
                        PartitionIndex = partition.Partition,
                    }),
                ],
            });
        }

        OffsetDeleteResponse response = await _log.SendAsync(request, cancellationToken).ConfigureAwait(false);
        ThrowIfRefused(response.ErrorCode, null, $"Deleting offsets of group '{group}'");
        foreach (OffsetDeleteResponse.OffsetDeleteResponseTopic topic in response.Topics)
        {
            foreach (OffsetDeleteResponse.OffsetDeleteResponsePartition answer in topic.Partitions)
            {
                TopicPartition partition = new(topic.Name, answer.PartitionIndex);
                ThrowIfRefused(answer.ErrorCode, null, $"Deleting the offset of group '{group}' in {partition}");
            }
        }
    }

    private static bool IsShare(GroupListing group) => group.Type.Equals("share", StringComparison.OrdinalIgnoreCase);

    private async ValueTask<(string, List<GroupMember>)> DescribeConsumerAsync(
        string group, CancellationToken cancellationToken)
    {
        ConsumerGroupDescribeResponse response = await _log
            .SendAsync(new ConsumerGroupDescribeRequest { GroupIds = [group] }, cancellationToken)
            .ConfigureAwait(false);
        ConsumerGroupDescribeResponse.DescribedGroup found = response.Groups[0];
        ThrowIfRefused(found.ErrorCode, found.ErrorMessage, $"The description of group '{group}'");
        return (found.AssignorName,
        [
            .. found.Members.Select(member => new GroupMember(
                member.MemberId, member.InstanceId, member.ClientId, member.ClientHost,
                [
                    .. member.Assignment.Partitions.SelectMany(topic =>
                        topic.Partitions.Select(number => new TopicPartition(topic.TopicName, number))),
                ])),
        ]);
    }

    private async ValueTask<(string, List<GroupMember>)> DescribeClassicAsync(
        string group, CancellationToken cancellationToken)
    {
        DescribeGroupsResponse response = await _log
            .SendAsync(new DescribeGroupsRequest { Groups = [group] }, cancellationToken).ConfigureAwait(false);
        DescribeGroupsResponse.DescribedGroup found = response.Groups[0];
        ThrowIfRefused(found.ErrorCode, found.ErrorMessage, $"The description of group '{group}'");
        bool isConsumer = found.ProtocolType is "consumer";
        return (found.ProtocolData,
        [
            .. found.Members.Select(member => new GroupMember(
                member.MemberId, member.GroupInstanceId, member.ClientId, member.ClientHost,
                isConsumer ? ClassicAssignment.Read(member.MemberAssignment) : [])),
        ]);
    }

    private async ValueTask<(string, List<GroupMember>)> DescribeShareAsync(
        string group, CancellationToken cancellationToken)
    {
        ShareGroupDescribeResponse response = await _log
            .SendAsync(new ShareGroupDescribeRequest { GroupIds = [group] }, cancellationToken).ConfigureAwait(false);
        ShareGroupDescribeResponse.DescribedGroup found = response.Groups[0];
        ThrowIfRefused(found.ErrorCode, found.ErrorMessage, $"The description of group '{group}'");
        return (found.AssignorName,
        [
            .. found.Members.Select(member => new GroupMember(
                member.MemberId, null, member.ClientId, member.ClientHost,
                [
                    .. member.Assignment.TopicPartitions.SelectMany(topic =>
                        topic.Partitions.Select(number => new TopicPartition(topic.TopicName, number))),
                ])),
        ]);
    }

    private async ValueTask<Dictionary<TopicPartition, long>> FindShareOffsetsAsync(
        string group, CancellationToken cancellationToken)
    {
        DescribeShareGroupOffsetsRequest request = new()
        {
            Groups = [new DescribeShareGroupOffsetsRequest.DescribeGroup { GroupId = group, Topics = null }],
        };
        DescribeShareGroupOffsetsResponse response =
            await _log.SendAsync(request, cancellationToken).ConfigureAwait(false);
        DescribeShareGroupOffsetsResponse.DescribedGroup found = response.Groups[0];
        ThrowIfRefused(found.ErrorCode, found.ErrorMessage, $"The offsets of group '{group}'");
        return found.Topics
            .SelectMany(topic => topic.Partitions.Select(partition =>
                (Key: new TopicPartition(topic.TopicName, partition.PartitionIndex), partition.StartOffset)))
            .ToDictionary(entry => entry.Key, entry => entry.StartOffset);
    }

    private async ValueTask<List<GroupProgress>> MeasureAsync(
        Dictionary<TopicPartition, long> offsets, List<GroupMember> members, CancellationToken cancellationToken)
    {
        HashSet<TopicPartition> known = [.. offsets.Keys, .. members.SelectMany(member => member.Partitions)];
        HashSet<string> topics =
            [.. await _log.Admin.ListTopicsAsync(includeInternal: true, cancellationToken).ConfigureAwait(false)];
        IReadOnlyDictionary<TopicPartition, long> ends = await _log.Admin.ListOffsetsAsync(
            known.Where(partition => topics.Contains(partition.Topic)), StartAt.Latest, cancellationToken)
            .ConfigureAwait(false);

        List<GroupProgress> progress = [];
        foreach (TopicPartition partition in
            known.OrderBy(each => each.Topic, StringComparer.Ordinal).ThenBy(each => each.Partition))
        {
            long? offset = offsets.TryGetValue(partition, out long committed) && committed >= 0 ? committed : null;
            long? end = ends.TryGetValue(partition, out long last) ? last : null;
            string? member = members.Find(each => each.Partitions.Contains(partition))?.MemberId;
            progress.Add(new GroupProgress(partition, offset, end, member));
        }

        return progress;
    }

    private static void ThrowIfRefused(ErrorCode code, string? message, string what)
    {
        if (code == ErrorCode.None)
            return;
        string reason = code switch
        {
            ErrorCode.GroupIdNotFound => "there is no such group",
            ErrorCode.NonEmptyGroup => "it has members; stop them first",
            ErrorCode.GroupSubscribedToTopic => "a member of the group reads the topic; stop it first",
            ErrorCode.UnknownTopicOrPartition => "there is no such partition",
            _ => message ?? "no reason was given",
        };
        throw new CommandFailure($"{what} was refused ({code}): {reason}.");
    }
}
