using Xunit;

namespace StreamLog.Tests.Node;

/// <summary>Tests of whole nodes. They run one after another, since each counts the record buffers of the
/// process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NodeCollection
{
    public const string Name = "Whole nodes";
}
