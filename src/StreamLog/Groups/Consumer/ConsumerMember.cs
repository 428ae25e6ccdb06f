using StreamLog.Groups.Assignors;

namespace StreamLog.Groups.Consumer;

/// <summary>A member of a group of the consumer protocol. Immutable.</summary>
/// <param name="MemberId">The member's id.</param>
internal sealed record ConsumerMember(string MemberId)
{
    /// <summary>The epoch of a request that joins, and of a member that has no other yet.</summary>
    public const int JoiningEpoch = 0;

    /// <summary>The epoch of a request that leaves.</summary>
    public const int LeavingEpoch = -1;

    /// <summary>The epoch of a static member that has left and will be back.</summary>
    public const int AwayEpoch = -2;

    /// <summary>Gets the id of the static member, or <see langword="null"/>.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Gets the client's rack, or <see langword="null"/>.</summary>
    public string? RackId { get; init; }

    /// <summary>Gets how long the member may take to give partitions back, in milliseconds.</summary>
    public int RebalanceTimeoutMs { get; init; } = -1;

    /// <summary>Gets the client's id.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Gets the client's address.</summary>
    public string ClientHost { get; init; } = "";

    /// <summary>Gets the names of the topics subscribed to, in order and each once.</summary>
    public IReadOnlyList<string> TopicNames { get; init; } = [];

    /// <summary>Gets the regular expression for topics subscribed to; empty where there is none.</summary>
    public string TopicPattern { get; init; } = "";

    /// <summary>Gets the assignor that the member prefers, or <see langword="null"/>.</summary>
    public string? Assignor { get; init; }

    /// <summary>Gets what a member of the classic protocol told, or <see langword="null"/> for one of the consumer
    /// protocol.</summary>
    public ClassicMembership? Classic { get; init; }

    /// <summary>Gets the member's epoch.</summary>
    public int Epoch { get; init; }

    /// <summary>Gets the epoch before, which the member may still come with where an answer was lost.</summary>
    public int PreviousEpoch { get; init; }

    /// <summary>Gets the member's state.</summary>
    public MemberState State { get; init; }

    /// <summary>Gets what the member may use. It is in no other member's sets.</summary>
    public PartitionSet Assigned { get; init; } = PartitionSet.Empty;

    /// <summary>Gets what the member must give back. Until then it is in no other member's sets.</summary>
    public PartitionSet PendingRevocation { get; init; } = PartitionSet.Empty;

    /// <summary>Puts the names of topics in order.</summary>
    /// <param name="names">The names.</param>
    /// <returns>Each of them once.</returns>
    public static IReadOnlyList<string> InOrder(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Tells whether the member has come to an assignment, and has all of it.</summary>
    /// <param name="assignmentEpoch">The epoch of the assignment.</param>
    /// <returns><see langword="true"/> if there is nothing left to do.</returns>
    public bool IsReconciledTo(int assignmentEpoch) => State == MemberState.Stable && Epoch == assignmentEpoch;

    /// <summary>Tells whether another member has told the same of itself.</summary>
    /// <param name="other">The other member.</param>
    /// <returns><see langword="true"/> if nothing need be written down.</returns>
    public bool HasSameMetadata(ConsumerMember other) =>
        InstanceId == other.InstanceId
        && RackId == other.RackId
        && RebalanceTimeoutMs == other.RebalanceTimeoutMs
        && ClientId == other.ClientId
        && ClientHost == other.ClientHost
        && Assignor == other.Assignor
        && Equals(Classic, other.Classic)
        && HasSameSubscription(other);

    /// <summary>Tells whether another member subscribes to the same.</summary>
    /// <param name="other">The other member.</param>
    /// <returns><see langword="true"/> if the partitions need not be shared anew.</returns>
    public bool HasSameSubscription(ConsumerMember other) =>
        TopicPattern == other.TopicPattern && TopicNames.SequenceEqual(other.TopicNames, StringComparer.Ordinal);

    /// <summary>Tells whether another member has come as far and has the same.</summary>
    /// <param name="other">The other member.</param>
    /// <returns><see langword="true"/> if nothing need be written down.</returns>
    public bool HasSameAssignment(ConsumerMember other) =>
        Epoch == other.Epoch
        && PreviousEpoch == other.PreviousEpoch
        && State == other.State
        && Assigned.Equals(other.Assigned)
        && PendingRevocation.Equals(other.PendingRevocation);

    /// <summary>Returns the member at an epoch, which it may have been at before.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <returns>The member, with the epoch before it kept.</returns>
    public ConsumerMember At(int epoch) =>
        epoch == Epoch ? this : this with { Epoch = epoch, PreviousEpoch = Epoch };
}
