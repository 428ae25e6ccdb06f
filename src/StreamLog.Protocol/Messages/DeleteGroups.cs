namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   2  flexible

/// <summary>Deletes groups that have no members, with their offsets.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteGroups, MessageKind.Request, 0, 2, FlexibleFrom = 2)]
public sealed partial class DeleteGroupsRequest : IRequest<DeleteGroupsResponse>
{
    /// <summary>Gets or sets the groups.</summary>
    [Field("0+")]
    public List<string> GroupsNames { get; set; } = [];
}

/// <summary>Tells what became of the groups.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteGroups, MessageKind.Response, 0, 2, FlexibleFrom = 2)]
public sealed partial class DeleteGroupsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each group.</summary>
    [Field("0+")]
    public List<DeletableGroupResult> Results { get; set; } = [];

    /// <summary>What became of one group.</summary>
    public sealed partial class DeletableGroupResult
    {
        /// <summary>Gets or sets the group.</summary>
        [Field("0+")]
        public string GroupId { get; set; } = "";

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
