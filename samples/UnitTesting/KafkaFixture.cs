using StreamLog.Testing;
using Xunit;

namespace UnitTesting;

/// <summary>One fake Kafka for all tests of a class: it is started once, and is as new for each of them.</summary>
public sealed class KafkaFixture : IAsyncLifetime
{
    public FakeKafka Kafka { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Kafka = await FakeKafka.StartAsync();

    public ValueTask DisposeAsync() => Kafka.DisposeAsync();
}
