using StreamLog.Groups.Assignors;
using StreamLog.Metadata;

namespace StreamLog.Groups.Consumer;

/// <summary>Finds out when a group needs another target assignment, and makes it.</summary>
/// <remarks>Part of its <see cref="ConsumerGroup"/>, whose state it reads; not thread-safe.</remarks>
/// <param name="state">What the records say.</param>
/// <param name="records">Makes records.</param>
/// <param name="settings">The settings, for the assignors that there are.</param>
internal sealed class TargetAssignment(
    ConsumerGroupState state, ConsumerRecords records, ConsumerGroupSettings settings)
{
    // Rules of access change without a word here, so what patterns stand for is found anew as often as in Kafka.
    private const long PatternsHoldMs = 10 * 60 * 1000;

    private readonly Dictionary<string, TopicPattern> _patterns = new(StringComparer.Ordinal);

    // What the patterns were found to stand for last. It is not in the state yet where that could not be written.
    private Dictionary<string, IReadOnlyList<string>> _resolved = new(StringComparer.Ordinal);
    private object? _resolvedTopics;
    private long _resolvedAt;

    // The topics for which the hash in the state was found to be right.
    private object? _checkedTopics;

    /// <summary>Comes to another epoch, and to another assignment, where there is need.</summary>
    /// <param name="before">The member that sends a heartbeat, as it was.</param>
    /// <param name="after">The same as it is now.</param>
    /// <param name="replaced">The static member whose place it takes, or <see langword="null"/>.</param>
    /// <param name="maySee">Tells whether the member may see a topic; <see langword="null"/> leaves what patterns stand
    /// for as it is.</param>
    /// <param name="decision">Takes the records.</param>
    /// <returns>The epoch, and what the member is to have at it.</returns>
    public (int Epoch, PartitionSet Target) Update(
        ConsumerMember before,
        ConsumerMember after,
        ConsumerMember? replaced,
        Func<string, bool>? maySee,
        GroupDecision decision)
    {
        ClusterImage image = decision.Image;

        // Most heartbeats end here: whatever looks at all members would make those of a large group dear.
        bool hasChanged = state.Epoch == 0 || !before.HasSameSubscription(after);
        bool hasNewTopics = !ReferenceEquals(_checkedTopics, image.Topics);
        bool hasOldPatterns = state.Patterns.Count > 0 && maySee is not null && IsOutdated(decision);
        if (!hasChanged && !hasNewTopics && !hasOldPatterns && state.Epoch == state.AssignmentEpoch)
            return (state.Epoch, TargetOf(after, after, replaced) ?? PartitionSet.Empty);

        ConsumerMember[] members = Members(after, replaced);
        Resolve(members, maySee, decision);
        Subscriptions subscriptions = new(image, _resolved);
        int epoch = hasChanged || hasNewTopics || hasOldPatterns
            ? Refresh(subscriptions, members, hasChanged, decision)
            : state.Epoch;
        return (epoch, epoch == state.AssignmentEpoch
            ? TargetOf(after, after, replaced) ?? PartitionSet.Empty
            : Assign(epoch, subscriptions, members, replaced, decision));
    }

    /// <summary>Checks a regular expression.</summary>
    /// <param name="pattern">The expression; empty for none.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public GroupRefusal? CheckPattern(string pattern)
    {
        if (pattern.Length == 0 || _patterns.ContainsKey(pattern))
            return null;
        if (!TopicPattern.TryParse(pattern, out TopicPattern? parsed, out string? problem))
        {
            return new GroupRefusal(
                ErrorCode.InvalidRegularExpression, $"{pattern} is not a regular expression. {problem}");
        }

        _patterns[pattern] = parsed;
        return null;
    }

    /// <summary>Forgets the regular expressions that nobody subscribes by any more.</summary>
    /// <param name="inUse">Those that somebody does.</param>
    /// <param name="decision">Takes the records.</param>
    public void ForgetPatterns(IEnumerable<string> inUse, GroupDecision decision)
    {
        if (state.Patterns.Count == 0)
            return;

        foreach (string pattern in state.Patterns.Keys.Except(inUse, StringComparer.Ordinal))
        {
            _patterns.Remove(pattern);
            _resolved.Remove(pattern);
            decision.Append(records.Pattern(pattern, topics: null, version: 0, decision.Timestamp));
        }
    }

    /// <summary>Finds the assignor that most members prefer; among as many, the one that was set first.</summary>
    /// <param name="members">The members.</param>
    /// <returns>The assignor.</returns>
    public IAssignor PreferredAssignor(IEnumerable<ConsumerMember> members)
    {
        Dictionary<string, int> votes = members
            .Select(member => member.Assignor).OfType<string>().CountBy(name => name).ToDictionary();
        return settings.Assignors.MaxBy(assignor => votes.GetValueOrDefault(assignor.Name))!;
    }

    private ConsumerMember[] Members(ConsumerMember updated, ConsumerMember? replaced) =>
    [
        .. state.Members.Values.Where(member =>
            member.MemberId != updated.MemberId && member.MemberId != replaced?.MemberId),
        updated,
    ];

    /// <summary>Finds out whether the group needs another epoch, and notes it.</summary>
    /// <returns>The group's epoch.</returns>
    private int Refresh(
        Subscriptions subscriptions, ConsumerMember[] members, bool hasChanged, GroupDecision decision)
    {
        bool patternsChanged = NotePatterns(subscriptions, decision);
        long hash = subscriptions.Hash(members);
        if (!hasChanged && !patternsChanged && hash == state.MetadataHash)
        {
            _checkedTopics = subscriptions.Image.Topics;
            return state.Epoch;
        }

        decision.Append(records.Group(state.Epoch + 1, hash));
        return state.Epoch + 1;
    }

    private bool IsOutdated(GroupDecision decision) =>
        !ReferenceEquals(_resolvedTopics, decision.Image.Topics) || decision.Now - _resolvedAt > PatternsHoldMs;

    /// <summary>Finds the topics that the members' regular expressions stand for.</summary>
    /// <remarks>
    /// As in Kafka, they stand for what the member that is just heard may see, for the whole group and for a time. What
    /// was found holds meanwhile: members who may see different topics would otherwise undo each other's.
    /// </remarks>
    private void Resolve(ConsumerMember[] members, Func<string, bool>? maySee, GroupDecision decision)
    {
        Dictionary<string, IReadOnlyList<string>> resolved = new(StringComparer.Ordinal);
        bool isOutdated = IsOutdated(decision);
        foreach (string text in members.Select(member => member.TopicPattern).Distinct(StringComparer.Ordinal))
        {
            if (text.Length == 0)
                continue;
            IReadOnlyList<string>? known = _resolved.GetValueOrDefault(text);
            resolved[text] = maySee is null ? known ?? state.Patterns.GetValueOrDefault(text) ?? []
                : isOutdated || known is null ? Find(text, maySee, decision.Image)
                : known;
        }

        _resolved = resolved;
        if (maySee is null || !isOutdated)
            return;
        _resolvedTopics = decision.Image.Topics;
        _resolvedAt = decision.Now;
    }

    // A pattern that is in the log and is not understood stands for no topics.
    private string[] Find(string text, Func<string, bool> maySee, ClusterImage image) => CheckPattern(text) is null
        ? [.. image.Topics.Keys.Where(_patterns[text].IsMatch).Where(maySee).Order(StringComparer.Ordinal)]
        : [];

    private bool NotePatterns(Subscriptions subscriptions, GroupDecision decision)
    {
        bool hasChanged = false;
        foreach ((string pattern, IReadOnlyList<string> topics) in
            subscriptions.Patterns.OrderBy(pattern => pattern.Key, StringComparer.Ordinal))
        {
            if (state.Patterns.TryGetValue(pattern, out IReadOnlyList<string>? known) && known.SequenceEqual(topics))
                continue;

            hasChanged = true;
            decision.Append(records.Pattern(pattern, topics, subscriptions.Image.EndOffset, decision.Timestamp));
        }

        ForgetPatterns(subscriptions.Patterns.Keys, decision);
        return hasChanged;
    }

    /// <summary>Makes the target assignment of an epoch, and notes what is new in it.</summary>
    /// <returns>What the last of the members, which sent the heartbeat, is to have.</returns>
    private PartitionSet Assign(
        int epoch,
        Subscriptions subscriptions,
        ConsumerMember[] members,
        ConsumerMember? replaced,
        GroupDecision decision)
    {
        ConsumerMember updated = members[^1];
        Subscriber[] subscribers = [.. members.Select(member => new Subscriber(
            member.MemberId,
            member.InstanceId,
            [.. subscriptions.TopicsOf(member).Select(topic => topic.TopicId)],
            TargetOf(member, updated, replaced) ?? PartitionSet.Empty))];
        IReadOnlyList<PartitionSet> targets =
            PreferredAssignor(members).Assign(subscribers, subscriptions.CountPartitions(members));
        for (int i = 0; i < members.Length; i++)
        {
            if (!targets[i].Equals(TargetOf(members[i], updated, replaced)))
                decision.Append(records.Target(members[i].MemberId, targets[i]));
        }

        decision.Append(records.TargetEpoch(epoch));
        return targets[^1];
    }

    private PartitionSet? TargetOf(ConsumerMember member, ConsumerMember updated, ConsumerMember? replaced) =>
        state.FindTarget((ReferenceEquals(member, updated) ? replaced ?? member : member).MemberId);
}
