namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  response: throttle time
//   3  flexible
//   4  request: states; response: state
//   5  request: types; response: type

/// <summary>Asks for the groups of a node.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListGroups, MessageKind.Request, 0, 5, FlexibleFrom = 3)]
public sealed partial class ListGroupsRequest : IRequest<ListGroupsResponse>
{
    /// <summary>Gets or sets the states of the groups to list, or nothing for all.</summary>
    [Field("4+")]
    public List<string> StatesFilter { get; set; } = [];

    /// <summary>Gets or sets the types of the groups to list, or nothing for all.</summary>
    [Field("5+")]
    public List<string> TypesFilter { get; set; } = [];
}

/// <summary>Tells the groups of a node.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListGroups, MessageKind.Response, 0, 5, FlexibleFrom = 3)]
public sealed partial class ListGroupsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the groups.</summary>
    [Field("0+")]
    public List<ListedGroup> Groups { get; set; } = [];

    /// <summary>One group.</summary>
    public sealed partial class ListedGroup
    {
        /// <summary>Gets or sets the group.</summary>
        [Field("0+")]
        public string GroupId { get; set; } = "";

        /// <summary>Gets or sets the kind of the group.</summary>
        [Field("0+")]
        public string ProtocolType { get; set; } = "";

        /// <summary>Gets or sets the state of the group.</summary>
        [Field("4+", Ignorable = true)]
        public string GroupState { get; set; } = "";

        /// <summary>Gets or sets the protocol of the group.</summary>
        [Field("5+", Ignorable = true)]
        public string GroupType { get; set; } = "";
    }
}
