using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Metadata;

/// <summary>A cluster of a few nodes with one topic, whose metadata changes by the controller's decisions.</summary>
internal sealed class PlacementScript
{
    private static readonly Guid TopicId = new(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]);

    public PlacementScript(int nodes, params int[][] partitions)
    {
        for (int id = 1; id <= nodes; id++)
            Commit(Controller.RegisterNode(Image, id, Guid.NewGuid(), Guid.NewGuid()).Records);
        Commit([new TopicRecord { Name = "orders", TopicId = TopicId }]);
        for (int i = 0; i < partitions.Length; i++)
            Commit([TopicCreation.NewPartition(TopicId, i, [.. partitions[i]])]);
    }

    public ClusterImage Image { get; private set; } = ClusterImage.Empty;

    public PartitionImage this[int partition] => Image.Topics["orders"].Partitions[partition];

    public void Commit(IReadOnlyList<IMetadataRecord> records) => Image = Image.Apply(
        [.. records.Select(record => MetadataRecords.Read(MetadataRecords.Write(record)))],
        Image.EndOffset + records.Count,
        controllerEpoch: 0);

    public TResponse Decide<TResponse>(Func<ClusterImage, Decision<TResponse>> decide)
    {
        Decision<TResponse> decision = decide(Image);
        Commit(decision.Records);
        return decision.Response;
    }

    public ErrorCode Move(int partition, params int[]? replicas) => Decide(image => Reassignment.Decide(
        image,
        new AlterPartitionReassignmentsRequest
        {
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions =
                    [
                        new() { PartitionIndex = partition, Replicas = replicas is null ? null : [.. replicas] },
                    ],
                },
            ],
        })).Responses.Single().Partitions.Single().ErrorCode;

    public ErrorCode Elect(int partition, sbyte type = 0) => Decide(image => LeaderElection.Decide(
        image,
        new ElectLeadersRequest
        {
            ElectionType = type,
            TopicPartitions = [new() { Topic = "orders", Partitions = [partition] }],
        })).ReplicaElectionResults.Single().PartitionResult.Single().ErrorCode;

    public ErrorCode Unregister(int node) =>
        Decide(image => Controller.UnregisterNode(image, node)).ErrorCode;

    public string Describe(int partition) =>
        $"{string.Join(',', this[partition].Replicas)} in sync {string.Join(',', this[partition].InSyncReplicas)} " +
        $"leader {this[partition].Leader} epoch {this[partition].LeaderEpoch}";
}
