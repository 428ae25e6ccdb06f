using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using StreamLog.Diagnostics;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <summary>The members of a classic group, with what is counted of them so that nothing is ever counted
/// anew.</summary>
/// <remarks>Owned by the group. Not thread-safe.</remarks>
internal sealed class ClassicMembers
{
    private readonly Dictionary<string, ClassicMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _static = new(StringComparer.Ordinal);

    // How many members know an assignor.
    private readonly Dictionary<string, int> _supporters = new(StringComparer.Ordinal);

    /// <summary>Gets the members.</summary>
    public IReadOnlyCollection<ClassicMember> All => _members.Values;

    /// <summary>Gets how many there are.</summary>
    public int Count => _members.Count;

    /// <summary>Gets how many of them wait for the others to join.</summary>
    public int JoiningCount { get; private set; }

    /// <summary>Gets the longest time that one of them may take to join again.</summary>
    public int RebalanceTimeoutMs => _members.Values.Select(member => member.RebalanceTimeoutMs).DefaultIfEmpty().Max();

    /// <summary>Finds a member.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="member">The member.</param>
    /// <returns><see langword="true"/> if it is there.</returns>
    public bool TryFind(string id, [NotNullWhen(true)] out ClassicMember? member) =>
        _members.TryGetValue(id, out member);

    /// <summary>Finds the member that a static id stands for.</summary>
    /// <param name="instanceId">The static id.</param>
    /// <param name="member">The member.</param>
    /// <returns><see langword="true"/> if it is there.</returns>
    public bool TryFindStatic(string instanceId, [NotNullWhen(true)] out ClassicMember? member)
    {
        member = null;
        return _static.TryGetValue(instanceId, out string? id) && _members.TryGetValue(id, out member);
    }

    /// <summary>Decides whether a request comes from a member.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="instanceId">The static id, or <see langword="null"/>.</param>
    /// <returns>The error to answer, or None.</returns>
    public ErrorCode Check(string id, string? instanceId)
    {
        if (instanceId is not null)
        {
            if (!_static.TryGetValue(instanceId, out string? current))
                return ErrorCode.UnknownMemberId;
            if (current != id)
                return ErrorCode.FencedInstanceId;
        }

        return _members.ContainsKey(id) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    /// <summary>Adds a member, who waits for nothing yet.</summary>
    /// <param name="member">The member; nobody of its id is there.</param>
    public void Add(ClassicMember member)
    {
        _members.Add(member.Id, member);
        if (member.InstanceId is not null)
            _static.Add(member.InstanceId, member.Id);
        CountProtocols(member, 1);
    }

    /// <summary>Removes a member, who waits for nothing any more.</summary>
    /// <param name="member">The member.</param>
    public void Remove(ClassicMember member)
    {
        Invariant.Holds(member.Joining is null && member.Syncing is null);
        Invariant.Holds(_members.Remove(member.Id));
        if (member.InstanceId is not null)
            _static.Remove(member.InstanceId);
        CountProtocols(member, -1);
    }

    /// <summary>Changes what a member says of itself.</summary>
    /// <param name="member">The member.</param>
    /// <param name="join">Its request.</param>
    public void Update(ClassicMember member, ClassicJoin join)
    {
        CountProtocols(member, -1);
        member.Protocols = join.Request.Protocols;
        CountProtocols(member, 1);
        member.SessionTimeoutMs = join.Request.SessionTimeoutMs;
        member.RebalanceTimeoutMs = join.RebalanceTimeoutMs;
    }

    /// <summary>Has a member wait for the others to join.</summary>
    /// <param name="member">The member, who does not yet.</param>
    /// <param name="reply">What it waits with.</param>
    public void BeginJoin(ClassicMember member, GroupReply<JoinGroupResponse> reply)
    {
        Invariant.Holds(member.Joining is null);
        member.Joining = reply;
        JoiningCount++;
    }

    /// <summary>Answers a member who waits for the others to join, if it does.</summary>
    /// <param name="member">The member.</param>
    /// <param name="decision">Takes the answer.</param>
    /// <param name="response">The answer.</param>
    public void EndJoin(ClassicMember member, GroupDecision decision, JoinGroupResponse response)
    {
        if (member.Joining is not { } reply)
            return;

        member.Joining = null;
        JoiningCount--;
        decision.Answer(reply, response);
    }

    /// <summary>Tells whether somebody may be a member beside all the others: there is an assignor that all of them
    /// know.</summary>
    /// <param name="protocols">The assignors that it knows.</param>
    /// <returns><see langword="true"/> if so.</returns>
    public bool CanAgree(IReadOnlyList<JoinGroupRequest.JoinGroupRequestProtocol> protocols) =>
        protocols.Any(protocol => _supporters.GetValueOrDefault(protocol.Name) == Count);

    /// <summary>Has the members vote for an assignor. Each votes for the dearest of those that all know.</summary>
    /// <returns>The one with the most votes; among equals the one that was named first.</returns>
    public string Vote()
    {
        Dictionary<string, int> votes = new(StringComparer.Ordinal);
        foreach (ClassicMember member in _members.Values)
        {
            string choice = member.Protocols.First(known => _supporters[known.Name] == Count).Name;
            CollectionsMarshal.GetValueRefOrAddDefault(votes, choice, out _)++;
        }

        return votes.MaxBy(static vote => vote.Value).Key;
    }

    private void CountProtocols(ClassicMember member, int step)
    {
        // A name that is told twice is known once.
        foreach (string name in member.Protocols.Select(protocol => protocol.Name).Distinct(StringComparer.Ordinal))
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_supporters, name, out _);
            count += step;
            if (count == 0)
                _supporters.Remove(name);
        }
    }
}
