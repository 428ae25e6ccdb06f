namespace StreamLog.Kafka.Connecting;

/// <summary>One session in which a member reads from a queue, over all brokers that lead a partition of it.</summary>
/// <remarks>Not thread-safe: a member sends one request of a session after another.</remarks>
internal sealed class ShareSession
{
    private const int FirstEpoch = 1;

    private readonly Dictionary<BrokerAddress, int> _epochs = [];

    /// <summary>Gets the epoch that the client's next request has to have.</summary>
    public int NextEpoch { get; private set; }

    /// <summary>Gets the partitions of the session, and at which broker each is read; <see langword="null"/> where none
    /// leads it now.</summary>
    public Dictionary<(Guid TopicId, int Partition), BrokerAddress?> Places { get; } = [];

    /// <summary>Gets the brokers that know the session.</summary>
    public IReadOnlyCollection<BrokerAddress> Brokers => _epochs.Keys;

    /// <summary>Goes on to the client's next request.</summary>
    public void Advance() => NextEpoch = After(NextEpoch);

    /// <summary>Takes the epoch of the next request to a broker, which knows the session from then on.</summary>
    /// <param name="address">The broker.</param>
    /// <returns>The epoch: 0 opens it.</returns>
    public int TakeEpoch(BrokerAddress address)
    {
        int epoch = _epochs.GetValueOrDefault(address);
        _epochs[address] = After(epoch);
        return epoch;
    }

    /// <summary>Leaves a broker that has failed: it has to be begun with anew.</summary>
    /// <param name="address">The broker.</param>
    /// <returns>The partitions that were read there.</returns>
    public IReadOnlyList<(Guid TopicId, int Partition)> Leave(BrokerAddress address)
    {
        _epochs.Remove(address);
        (Guid TopicId, int Partition)[] left =
            [.. Places.Where(place => place.Value == address).Select(place => place.Key)];
        foreach ((Guid TopicId, int Partition) partition in left)
            Places[partition] = null;
        return left;
    }

    private static int After(int epoch) => epoch == int.MaxValue ? FirstEpoch : epoch + 1;
}
