using StreamLog.Groups.Assignors;

namespace StreamLog.Groups.Share;

/// <summary>What a member fetches, from one request to the next. Guarded by its <see cref="ShareSessions"/>.</summary>
internal sealed class ShareSession
{
    /// <summary>Gets or sets the epoch that the next request must come with.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>Gets the partitions, in the order that they were added in.</summary>
    public List<TopicIdPartition> Partitions { get; } = [];

    /// <summary>Gets or sets how many fetches there were, so that each begins with another partition.</summary>
    public int Turn { get; set; }
}
