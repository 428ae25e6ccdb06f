using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Clients.Producing;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>What happens to a producer just between two of its steps.</summary>
public sealed class ProducerMomentTests
{
    private readonly SimulatedEnvironment _environment = new();
    private readonly ScriptedBroker _broker = new ScriptedBroker().Add("orders", 1);

    [Fact]
    public async Task A_flush_that_comes_while_a_failure_is_being_told_throws_it()
    {
        TaskCompletionSource<Task> flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Producer<string, string>? producer = null;
        LogsGivenUp loggers = new(() => flushed.TrySetResult(producer!.FlushAsync().AsTask()));
        producer = new(_broker, _environment, new ProducerOptions(), Serdes.Utf8, Serdes.Utf8, loggers);
        _broker.Script = request =>
            request is ProduceRequest ? new Fault { Error = ErrorCode.TopicAuthorizationFailed } : null;

        await producer.EnqueueAsync("orders", new("k", "refused"));
        Task flush = await flushed.Task;

        Assert.Equal(
            ErrorCode.TopicAuthorizationFailed,
            (await Assert.ThrowsAsync<StreamLogException>(() => flush)).ErrorCode);
        await producer.DisposeAsync();
    }

    [Fact]
    public async Task A_record_has_the_time_of_its_own_append_however_long_its_batch_lingers()
    {
        ProducerOptions options = new() { Linger = TimeSpan.FromHours(1), DeliveryTimeout = TimeSpan.FromHours(2) };
        await using Producer<string, string> producer = new(
            _broker, _environment, options, Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);

        await producer.EnqueueAsync("orders", new("k", "1"));
        _environment.Time.Advance(TimeSpan.FromMinutes(10));
        await producer.EnqueueAsync("orders", new("k", "2"));
        await producer.FlushAsync();

        using RecordReader reader = new(_broker.Partition("orders").Batches.Single());
        Assert.True(reader.MoveNext());
        long first = reader.Current.Timestamp;
        Assert.True(reader.MoveNext());
        Assert.Equal(TimeSpan.FromMinutes(10).TotalMilliseconds, reader.Current.Timestamp - first);
    }

    [Fact]
    public async Task A_producer_id_that_is_told_twice_numbers_nothing_twice()
    {
        await using ProducerEngine engine =
            new(_broker, _environment, new ProducerOptions(), NullLoggerFactory.Instance);
        ProducerTopic topic = engine.Topic("orders");
        await topic.FindAsync(CancellationToken.None);

        topic.Queues[0].Identify(5, 0);
        await AppendAsync(topic, "1");
        topic.Queues[0].Identify(5, 0);
        await AppendAsync(topic, "2");

        Assert.Equal(
            ["1", "2"], _broker.Partition("orders").Records().Select(record => Encoding.UTF8.GetString(record.Value)));
    }

    private static async Task AppendAsync(ProducerTopic topic, string value)
    {
        AppendCompletion completion = AppendCompletion.Rent();
        ValueTask<LogPosition> appended = completion.AsPositionTask();
        completion.TryAdmit();
        topic.Queues[0].Append(
            new AppendEntry
            {
                Key = "k"u8,
                HasKey = true,
                Value = System.Text.Encoding.UTF8.GetBytes(value),
                HasValue = true,
            },
            completion,
            Urgency.Inline);
        await appended;
    }

    private sealed class LogsGivenUp(Action whenGivenUp) : ILoggerFactory, ILogger
    {
        private const int GivenUp = 5002;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == GivenUp)
                whenGivenUp();
        }

        public void Dispose()
        {
        }
    }
}
