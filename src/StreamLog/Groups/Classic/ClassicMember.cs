using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <summary>A member of a classic group. Owned by the group.</summary>
/// <param name="id">Its id.</param>
/// <param name="instanceId">The id of a static member, or <see langword="null"/>.</param>
/// <param name="clientId">Its client's name for itself.</param>
/// <param name="clientHost">Its client's address.</param>
internal sealed class ClassicMember(string id, string? instanceId, string clientId, string clientHost)
{
    /// <summary>Gets its id.</summary>
    public string Id => id;

    /// <summary>Gets the id of a static member, or <see langword="null"/>.</summary>
    public string? InstanceId => instanceId;

    /// <summary>Gets its client's name for itself.</summary>
    public string ClientId => clientId;

    /// <summary>Gets its client's address.</summary>
    public string ClientHost => clientHost;

    /// <summary>Gets or sets how long it may be silent.</summary>
    public required int SessionTimeoutMs { get; set; }

    /// <summary>Gets or sets how long it may take to join again.</summary>
    public required int RebalanceTimeoutMs { get; set; }

    /// <summary>Gets or sets the assignors that it knows, the dearest first.</summary>
    public required IReadOnlyList<JoinGroupRequest.JoinGroupRequestProtocol> Protocols { get; set; }

    /// <summary>Gets or sets what it is assigned.</summary>
    public byte[] Assignment { get; set; } = [];

    /// <summary>Gets or sets whether it has never been in a generation. It may be given up while it waits.</summary>
    public bool IsNew { get; set; }

    /// <summary>Gets or sets its wait for the others to join.</summary>
    public GroupReply<JoinGroupResponse>? Joining { get; set; }

    /// <summary>Gets or sets its wait for the assignment.</summary>
    public GroupReply<SyncGroupResponse>? Syncing { get; set; }

    /// <summary>Gets whether it waits, so that its silence says nothing.</summary>
    public bool IsWaiting => !IsNew && (Joining is not null || Syncing is not null);

    /// <summary>Tells what the member tells an assignor.</summary>
    /// <param name="protocol">The assignor.</param>
    /// <returns>What it tells; empty where it does not know the assignor.</returns>
    public byte[] MetadataOf(string? protocol) =>
        Protocols.FirstOrDefault(known => known.Name == protocol)?.Metadata ?? [];

    /// <summary>Tells whether the member says the same of itself as before.</summary>
    /// <param name="protocols">What it says now.</param>
    /// <returns><see langword="true"/> if nothing has changed.</returns>
    public bool Says(IReadOnlyList<JoinGroupRequest.JoinGroupRequestProtocol> protocols)
    {
        if (protocols.Count != Protocols.Count)
            return false;

        for (int i = 0; i < protocols.Count; i++)
        {
            if (protocols[i].Name != Protocols[i].Name
                || !protocols[i].Metadata.AsSpan().SequenceEqual(Protocols[i].Metadata))
            {
                return false;
            }
        }

        return true;
    }
}
