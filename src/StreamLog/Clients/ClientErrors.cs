namespace StreamLog.Clients;

/// <summary>Words the errors that brokers answer as bare numbers: the fact, then what can be done.</summary>
internal static class ClientErrors
{
    /// <summary>Returns the error of a topic that cannot be used.</summary>
    /// <param name="code">What the broker answered.</param>
    /// <param name="topic">The topic.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException ForTopic(ErrorCode code, string topic) => new(code, code switch
    {
        ErrorCode.UnknownTopicOrPartition =>
            $"There is no topic '{topic}'. Create it with IAdmin.CreateTopicAsync or AddTopic, or set "
            + "AutoCreateTopics.",
        ErrorCode.InvalidTopic =>
            $"'{topic}' cannot be used as a topic: the name is not legal, or the topic is internal.",
        ErrorCode.LeaderNotAvailable =>
            $"Topic '{topic}' has no leader yet. It is just being created, or its nodes are down.",
        _ => $"Topic '{topic}' cannot be used now: {code}.",
    });

    /// <summary>Returns the error of a partition that cannot be used.</summary>
    /// <param name="code">What the broker answered.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException ForPartition(ErrorCode code, TopicPartition partition) => new(code, code switch
    {
        ErrorCode.UnknownTopicOrPartition =>
            $"There is no partition {partition}. IAdmin.DescribeTopicAsync tells which partitions there are.",
        ErrorCode.KafkaStorageError =>
            $"Partition {partition} is offline, or its disk failed. IStreamLog.Topics and the log tell why.",
        ErrorCode.TopicAuthorizationFailed => $"Access to {partition} is not allowed. Ask for the permission.",
        ErrorCode.CorruptMessage => $"Partition {partition} holds data that is corrupt. The log tells where.",
        _ => $"Partition {partition} cannot be used now: {code}.",
    });

    /// <summary>Returns the error of a partition's number that the topic does not have.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The number.</param>
    /// <param name="partitionCount">The number of partitions.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException NoPartition(string topic, int partition, int partitionCount) => new(
        ErrorCode.UnknownTopicOrPartition,
        $"Topic '{topic}' has no partition {partition}: it has {partitionCount}. Use 0 to {partitionCount - 1}, or "
        + "add partitions.");

    /// <summary>Returns the error of a group whose coordinator refuses.</summary>
    /// <param name="code">What the broker answered.</param>
    /// <param name="group">The group.</param>
    /// <param name="what">What was asked for, as the end of the sentence.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException ForGroup(ErrorCode code, string group, string what) => new(code, code switch
    {
        ErrorCode.InvalidGroupId => $"'{group}' cannot name a group. Use a name that is not empty.",
        ErrorCode.UnknownMemberId =>
            $"Group '{group}' has members now, so nobody else may {what}. Stop its consumers first.",
        _ => $"Group '{group}': the broker refused to {what} with {code}.",
    });

    /// <summary>Returns the error of an offset that a group does not take.</summary>
    /// <param name="code">What the broker answered.</param>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="isMember">Whether it was committed as a member of the group.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException ForCommit(
        ErrorCode code, string group, TopicPartition partition, bool isMember) => code switch
        {
            ErrorCode.UnknownTopicOrPartition => ForPartition(code, partition),
            ErrorCode.UnknownMemberId or ErrorCode.FencedMemberEpoch when isMember => NoMember(group),
            _ => ForGroup(code, group, "commit offsets"),
        };

    /// <summary>Returns the error of a member that is not in its group any more.</summary>
    /// <param name="group">The group.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException NoMember(string group) => new(
        ErrorCode.UnknownMemberId,
        $"This consumer is not a member of group '{group}' now: it has not joined yet, or the group went on without "
        + "it. What it had not committed is read again, by it or by another member.");

    /// <summary>Throws if an offset cannot be committed.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="offset">The offset.</param>
    /// <param name="parameter">The parameter that it was given in.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static void ThrowIfNegative(TopicPartition partition, long offset, string parameter)
    {
        if (offset >= 0)
            return;
        throw new ArgumentOutOfRangeException(
            parameter,
            offset,
            $"The offset to commit for {partition} is negative. Give the one to read next.");
    }

    /// <summary>Returns the error of a partition that has gone to another member.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException NotAssigned(string group, TopicPartition partition) => new(
        ErrorCode.RebalanceInProgress,
        $"Partition {partition} is not this consumer's any more: group '{group}' has given it to another member, which "
        + "reads on from the committed offset. Let go of its records; a RebalanceListener hears of this in time.");

    /// <summary>Returns the error of a broker that has no share groups.</summary>
    /// <param name="group">The group that was to be joined.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException NoShareGroups(string group) => new(
        ErrorCode.UnsupportedVersion,
        $"The broker has no share groups, so nothing can be consumed as '{group}'. Kafka 4.2 has them, where the "
        + "feature share.version is turned on. Use a broker that has, or a consumer group.");

    /// <summary>Returns an error for which the broker gave no better words.</summary>
    /// <param name="code">What the broker answered.</param>
    /// <param name="what">What was asked for, as the start of the sentence.</param>
    /// <param name="message">What the broker said, where it said something.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException Refused(ErrorCode code, string what, string? message = null) =>
        new(code, string.IsNullOrEmpty(message) ? $"{what} was refused by the broker: {code}." : message);
}
