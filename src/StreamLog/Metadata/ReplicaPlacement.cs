namespace StreamLog.Metadata;

/// <summary>Decides which nodes keep the replicas of new partitions.</summary>
internal static class ReplicaPlacement
{
    /// <summary>Places one partition.</summary>
    /// <param name="nodes">The nodes there are, in order of their ids; at least as many as replicas.</param>
    /// <param name="partition">The partition's number.</param>
    /// <param name="replicationFactor">The number of replicas.</param>
    /// <returns>The nodes, the preferred leader first.</returns>
    /// <example>Three nodes 1, 2, 3 and a factor of 2: partition 0 is on 1 and 2, partition 1 on 2 and 3, partition 2
    /// on 3 and 1.</example>
    public static List<int> Place(IReadOnlyList<int> nodes, int partition, int replicationFactor)
    {
        List<int> replicas = new(replicationFactor);
        for (int i = 0; i < replicationFactor; i++)
            replicas.Add(nodes[(partition + i) % nodes.Count]);

        return replicas;
    }
}
