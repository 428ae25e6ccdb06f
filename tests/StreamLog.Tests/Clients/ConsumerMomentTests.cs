using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>What happens to a consumer just between two of its steps.</summary>
public sealed class ConsumerMomentTests
{
    private readonly SimulatedEnvironment _environment = new();
    private readonly ScriptedBroker _broker = new ScriptedBroker().Add("orders", 2);

    [Fact]
    public async Task A_pause_holds_although_a_seek_comes_between()
    {
        TopicPartition paused = new("orders", 0);
        TopicPartition other = new("orders", 1);
        await using Producer<string, string> producer = new(
            _broker, _environment, new ProducerOptions(), Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);
        await producer.AppendAsync("orders", new("k", "paused") { Partition = 0 });
        await producer.AppendAsync("orders", new("k", "read") { Partition = 1 });
        await using Consumer<string, string> consumer = new(
            _broker, _environment, new ConsumerOptions(), Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);
        await consumer.AssignAsync([paused, other], StartAt.Earliest);

        consumer.Pause(NameAndSeek());

        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            Assert.Equal("read", record.Value);
            break;
        }

        IEnumerable<TopicPartition> NameAndSeek()
        {
            yield return paused;
            Assert.True(consumer.SeekAsync(paused, StartAt.Offset(0)).IsCompletedSuccessfully);

            // So that the paused one would be the first to be asked for.
            Assert.True(consumer.SeekAsync(other, StartAt.Offset(0)).IsCompletedSuccessfully);
        }
    }
}
