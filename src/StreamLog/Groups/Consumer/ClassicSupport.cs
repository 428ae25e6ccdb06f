using System.Runtime.InteropServices;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>What the members of the classic protocol have in common, counted as they come and go.</summary>
/// <remarks>Owned by its <see cref="ConsumerGroupState"/>; not thread-safe.</remarks>
internal sealed class ClassicSupport
{
    // How many members know an assignor.
    private readonly Dictionary<string, int> _supporters = new(StringComparer.Ordinal);

    /// <summary>Gets how many members of the classic protocol there are.</summary>
    public int Count { get; private set; }

    /// <summary>Tells whether all of them know one of some assignors.</summary>
    /// <param name="protocols">The assignors.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public bool KnowsOneOf(IReadOnlyList<JoinGroupRequest.JoinGroupRequestProtocol> protocols) =>
        protocols.Any(protocol => _supporters.GetValueOrDefault(protocol.Name) == Count);

    /// <summary>Counts a member.</summary>
    /// <param name="member">What it told, or <see langword="null"/> where it is of the consumer protocol.</param>
    public void Add(ClassicMembership? member) => Count += Change(member, 1);

    /// <summary>Counts a member no more.</summary>
    /// <param name="member">What it told, or <see langword="null"/> where it is of the consumer protocol.</param>
    public void Remove(ClassicMembership? member) => Count += Change(member, -1);

    private int Change(ClassicMembership? member, int step)
    {
        if (member is null)
            return 0;

        // A name that is told twice is known once.
        foreach (string name in member.Protocols.Select(protocol => protocol.Name).Distinct(StringComparer.Ordinal))
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_supporters, name, out _);
            count += step;
            if (count == 0)
                _supporters.Remove(name);
        }

        return step;
    }
}
