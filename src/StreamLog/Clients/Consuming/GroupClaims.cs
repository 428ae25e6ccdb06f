using System.Runtime.CompilerServices;

namespace StreamLog.Clients.Consuming;

/// <summary>Which groups read which topics in this process, for each broker: one consumer at a time, until groups
/// share.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class GroupClaims
{
    // Keyed by the broker itself, so that the claims go with it.
    private static readonly ConditionalWeakTable<object, GroupClaims> ByBroker = [];

    private readonly HashSet<(string Group, string Topic)> _claimed = [];
    private readonly Lock _gate = new();

    /// <summary>Claims a topic for a consumer of a group.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="group">The group.</param>
    /// <param name="topic">The topic.</param>
    /// <returns>The claim, which is given up by disposal.</returns>
    /// <exception cref="InvalidOperationException">Another consumer of the group reads the topic.</exception>
    public static IDisposable Claim(object broker, string group, string topic)
    {
        GroupClaims claims = ByBroker.GetOrCreateValue(broker);
        lock (claims._gate)
        {
            if (!claims._claimed.Add((group, topic)))
            {
                throw new InvalidOperationException(
                    $"Group '{group}' already reads topic '{topic}' here. Dispose of that consumer first, or use "
                    + "another group; sharing a topic among consumers of a group is not supported yet.");
            }
        }

        return new Claimed(claims, group, topic);
    }

    private sealed class Claimed(GroupClaims claims, string group, string topic) : IDisposable
    {
        private GroupClaims? _claims = claims;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _claims, null) is not { } held)
                return;
            lock (held._gate)
                held._claimed.Remove((group, topic));
        }
    }
}
