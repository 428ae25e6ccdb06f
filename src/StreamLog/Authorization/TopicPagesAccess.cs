using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Authorization;

/// <summary>Who may see topics page by page: those that the caller may not see are left out before pages are counted,
/// and no cursor tells their names. Immutable and thread-safe.</summary>
internal sealed class TopicPagesAccess : ApiAccess<DescribeTopicPartitionsResponse>
{
    private static readonly ApiAccess<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse> Named = new()
    {
        Topic = AclOperation.Describe,
        Trim = TopicTrim.Trim,
    };

    /// <inheritdoc/>
    public override ApiKey ApiKey => ApiKey.DescribeTopicPartitions;

    /// <inheritdoc/>
    public override bool TellsOperations => true;

    /// <inheritdoc/>
    public override ValueTask<DescribeTopicPartitionsResponse> SendAsync(
        IBroker engine,
        IRequest<DescribeTopicPartitionsResponse> request,
        Caller caller,
        CancellationToken cancellationToken)
    {
        DescribeTopicPartitionsRequest asked = (DescribeTopicPartitionsRequest)request;
        if (asked.Topics.Count > 0)
            return Named.SendAsync(engine, request, caller, cancellationToken);

        string? from = asked.StartCursor?.TopicName;
        List<string> seen =
        [
            .. caller.Authorizer.Image.Topics.Keys
                .Where(name => from is null || string.CompareOrdinal(name, from) >= 0)
                .Where(name => caller.Could(AclOperation.Describe, AclResourceType.Topic, name)),
        ];
        if (seen.Count == 0)
            return new ValueTask<DescribeTopicPartitionsResponse>(new DescribeTopicPartitionsResponse());

        DescribeTopicPartitionsRequest named = new()
        {
            Topics = seen.ConvertAll(name => new DescribeTopicPartitionsRequest.TopicRequest { Name = name }),
            ResponsePartitionLimit = asked.ResponsePartitionLimit,
            // Its topic may have gone meanwhile: the page begins with what follows it.
            StartCursor = from is not null && seen.Contains(from) ? asked.StartCursor : null,
        };
        return Named.SendAsync(engine, named, caller, cancellationToken);
    }
}
