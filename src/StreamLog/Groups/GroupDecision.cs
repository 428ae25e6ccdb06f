using StreamLog.Coordinators;
using StreamLog.Metadata;

namespace StreamLog.Groups;

/// <summary>What is decided about a group in one step: records to append, and answers to give once they are
/// committed.</summary>
/// <param name="now">The time that deadlines are counted in, in milliseconds. It only goes forward.</param>
/// <param name="timestamp">The time of the calendar, in Unix milliseconds, for what is written down.</param>
/// <param name="image">The topics that there are.</param>
internal sealed class GroupDecision(long now, long timestamp, ClusterImage image)
    : StateDecision<GroupRecord>(now, timestamp)
{
    /// <summary>Gets the topics that there are.</summary>
    public ClusterImage Image => image;

    /// <summary>Gets or sets the group that takes the place of the one that decides, where it changes its protocol. Its
    /// records are in the decision, and it knows what they say.</summary>
    public IGroup? Successor { get; set; }
}
