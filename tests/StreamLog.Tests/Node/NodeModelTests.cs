using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: whatever is done to a node through its public API, in whatever order and over restarts, it answers as lists
// would.
// Method: random histories on files in memory that outlive the nodes; a history that fails is shrunk by leaving steps
// out.
public sealed class NodeModelTests : NodeTest
{
    private const int Histories = 300;

    [Fact]
    public void A_node_answers_as_a_model_of_lists() =>
        Prop.ForAll(ArbitraryHistories(), history => Play(history))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Histories).WithEndSize(60).WithReplay(2026, 11));

    private static bool Play(NodeOperation[] operations)
    {
        // On the pool, since the runner's own thread may keep continuations to itself.
        Task.Run(
            async () =>
            {
                await using NodeHistory history = new();
                await history.PlayAsync(operations).WaitAsync(TimeSpan.FromSeconds(60), Stop);
            },
            Stop).GetAwaiter().GetResult();
        return true;
    }

    private static Arbitrary<NodeOperation[]> ArbitraryHistories()
    {
        Gen<NodeOperationKind> kinds = Gen.Frequency(
            (3, Gen.Constant(NodeOperationKind.CreateTopic)),
            (6, Gen.Constant(NodeOperationKind.Append)),
            (5, Gen.Constant(NodeOperationKind.AppendMany)),
            (4, Gen.Constant(NodeOperationKind.EnqueueAndFlush)),
            (1, Gen.Constant(NodeOperationKind.DeleteTopic)),
            (12, Gen.Elements(Enum.GetValues<NodeOperationKind>()
                .Where(kind => kind is not (NodeOperationKind.CreateTopic or NodeOperationKind.DeleteTopic)))));
        Gen<NodeOperation> operations =
            from kind in kinds
            from first in Gen.Choose(0, 1000)
            from second in Gen.Choose(0, 100_000)
            select new NodeOperation(kind, first, second);
        Gen<NodeOperation[]> histories = operations.ArrayOf()
            .Select(tail => (NodeOperation[])[new NodeOperation(NodeOperationKind.CreateTopic, 0, 1), .. tail]);
        return Arb.From(histories, Shorter);
    }

    // Halves first, then each step.
    private static IEnumerable<NodeOperation[]> Shorter(NodeOperation[] history)
    {
        for (int size = history.Length / 2; size > 0; size /= 2)
        {
            for (int start = 0; start + size <= history.Length; start += size)
                yield return [.. history[..start], .. history[(start + size)..]];
        }
    }
}
