using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>The topics of a fake Kafka. Thread-safe.</summary>
/// <param name="node">Gets the node that has them, another one after each reset.</param>
internal sealed class FakeTopics(Func<StreamLogNode> node) : IFaultTopics
{
    /// <inheritdoc/>
    public string? NameOf(Guid topicId) =>
        topicId == Guid.Empty ? null : node().Topics.FirstOrDefault(topic => topic.TopicId == topicId)?.Name;

    /// <inheritdoc/>
    public bool Has(string topic) => node().Topics.Any(found => found.Name == topic);
}
