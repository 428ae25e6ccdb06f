namespace StreamLog.Metadata;

/// <summary>Which operations there are for which kind of resource, and how the protocol lists them.
/// Stateless.</summary>
internal static class AclOperations
{
    /// <summary>Lists the operations of a kind of resource, as Kafka has them.</summary>
    /// <param name="type">The kind.</param>
    /// <returns>The operations.</returns>
    public static ReadOnlySpan<AclOperation> Of(AclResourceType type) => type switch
    {
        AclResourceType.Topic =>
        [
            AclOperation.Read, AclOperation.Write, AclOperation.Create, AclOperation.Describe, AclOperation.Delete,
            AclOperation.Alter, AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
        ],
        AclResourceType.Group =>
        [
            AclOperation.Read, AclOperation.Describe, AclOperation.Delete, AclOperation.DescribeConfigs,
            AclOperation.AlterConfigs,
        ],
        AclResourceType.Cluster =>
        [
            AclOperation.Create, AclOperation.ClusterAction, AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
            AclOperation.IdempotentWrite, AclOperation.Alter, AclOperation.Describe,
        ],
        _ => [],
    };

    /// <summary>Lists all operations of a kind of resource in a response.</summary>
    /// <param name="type">The kind.</param>
    /// <returns>A bit for each operation.</returns>
    public static int AllOf(AclResourceType type)
    {
        int bits = 0;
        foreach (AclOperation operation in Of(type))
            bits |= Bit(operation);
        return bits;
    }

    /// <summary>Returns the bit that stands for an operation in a response.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>The bit.</returns>
    public static int Bit(AclOperation operation) => 1 << (int)operation;
}
