using Confluent.Kafka;

namespace UnitTesting;

/// <summary>The application: for each order it writes an invoice, and commits how far it has come.</summary>
internal sealed class Invoicing(string bootstrapServers) : IDisposable
{
    private readonly IConsumer<string, string> _orders = new ConsumerBuilder<string, string>(new ConsumerConfig
    {
        BootstrapServers = bootstrapServers,
        GroupId = "invoicing",
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
    }).Build();

    private readonly IProducer<string, string> _invoices = new ProducerBuilder<string, string>(new ProducerConfig
    {
        BootstrapServers = bootstrapServers,
        EnableIdempotence = true,
        LingerMs = 0,
    }).Build();

    /// <summary>Writes invoices for the next orders.</summary>
    public async Task RunAsync(int count, CancellationToken cancellationToken)
    {
        _orders.Subscribe("orders");
        for (int i = 0; i < count; i++)
        {
            ConsumeResult<string, string> order = _orders.Consume(cancellationToken);
            await _invoices.ProduceAsync(
                "invoices",
                new Message<string, string> { Key = order.Message.Key, Value = $"Pay for {order.Message.Value}." },
                cancellationToken);
            _orders.Commit(order);
        }
    }

    public void Dispose()
    {
        _orders.Close();
        _orders.Dispose();
        _invoices.Dispose();
    }
}
