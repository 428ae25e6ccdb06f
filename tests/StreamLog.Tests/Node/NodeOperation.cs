namespace StreamLog.Tests.Node;

/// <summary>One step of a random history. What it names, it names modulo what there is.</summary>
internal readonly record struct NodeOperation(NodeOperationKind Kind, int First, int Second)
{
    public override string ToString() => $"{Kind}({First}, {Second})";
}
