using StreamLog.Coordinators;

namespace StreamLog.Groups;

/// <summary>What is decided about a group in one step: records to append, and answers to give once they are
/// committed.</summary>
/// <param name="now">The time that deadlines are counted in, in milliseconds. It only goes forward.</param>
/// <param name="timestamp">The time of the calendar, in Unix milliseconds, for what is written down.</param>
internal sealed class GroupDecision(long now, long timestamp) : StateDecision<GroupRecord>(now, timestamp);
