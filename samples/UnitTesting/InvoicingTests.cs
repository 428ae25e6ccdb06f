using StreamLog;
using StreamLog.Protocol;
using StreamLog.Testing;
using Xunit;

namespace UnitTesting;

/// <summary>Tests an application with a Kafka client of its own against the fake, over sockets.</summary>
public sealed class InvoicingTests(KafkaFixture fixture) : IClassFixture<KafkaFixture>, IAsyncLifetime
{
    private const string NoClient =
        "librdkafka is not installed (on Debian: apt-get install librdkafka1), so Confluent.Kafka cannot run.";

    private readonly FakeKafka _kafka = fixture.Kafka;

    public async ValueTask InitializeAsync() => await _kafka.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_order_gets_an_invoice()
    {
        Assert.SkipUnless(Librdkafka.IsThere, NoClient);
        await OrderAsync("3 apples", "2 pears");

        await InvoiceAsync(count: 2);

        Assert.Equal(["Pay for 3 apples.", "Pay for 2 pears."], await ReadInvoicesAsync(2));
    }

    [Fact]
    public async Task An_invoice_is_written_once_though_its_acknowledgement_is_lost()
    {
        Assert.SkipUnless(Librdkafka.IsThere, NoClient);
        await OrderAsync("3 apples", "2 pears");
        Fault fault = _kafka.Faults.On(ApiKey.Produce).ForTopic("invoices").Once().DisconnectAfter();

        await InvoiceAsync(count: 2);

        Assert.Equal(1, fault.Count);
        Assert.Equal(["Pay for 3 apples.", "Pay for 2 pears."], await ReadInvoicesAsync(2));
    }

    [Fact]
    public async Task An_invoice_is_written_once_though_its_acknowledgement_is_cut()
    {
        Assert.SkipUnless(Librdkafka.IsThere, NoClient);
        await using FakeKafka kafka = await FakeKafka.StartAsync(
            options => options.Listener = listener => listener.Wire = new CutFirstAnswer());
        await kafka.Log.Topic<string, string>("orders").AppendAsync("customer-7", "3 apples");

        await InvoiceAsync(kafka, count: 1);

        Assert.Equal(["Pay for 3 apples."], await ReadInvoicesAsync(kafka, 1));
    }

    [Fact]
    public async Task What_was_committed_is_not_invoiced_again()
    {
        Assert.SkipUnless(Librdkafka.IsThere, NoClient);
        await OrderAsync("3 apples");
        await InvoiceAsync(count: 1);
        await OrderAsync("2 pears");

        await InvoiceAsync(count: 1);

        Assert.Equal(["Pay for 3 apples.", "Pay for 2 pears."], await ReadInvoicesAsync(2));
        Assert.Equal(2, (await _kafka.Requests.WaitForAsync(ApiKey.OffsetCommit, count: 2)).Count);
    }

    private Task InvoiceAsync(int count) => InvoiceAsync(_kafka, count);

    private Task<List<string>> ReadInvoicesAsync(int count) => ReadInvoicesAsync(_kafka, count);

    private static async Task InvoiceAsync(FakeKafka kafka, int count)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
        await Task.Run(async () =>
        {
            using Invoicing invoicing = new(kafka.BootstrapServers);
            await invoicing.RunAsync(count, patience.Token);
        });
    }

    private async Task OrderAsync(params string[] orders)
    {
        foreach (string order in orders)
            await _kafka.Log.Topic<string, string>("orders").AppendAsync("customer-7", order);
    }

    private static async Task<List<string>> ReadInvoicesAsync(FakeKafka kafka, int count)
    {
        List<string> invoices = [];
        ITopic<string, string> topic = kafka.Log.Topic<string, string>("invoices");
        await foreach (Record<string, string> invoice in topic.ReadAsync(StartAt.Earliest))
        {
            invoices.Add(invoice.Value);
            if (invoices.Count == count)
                break;
        }

        // Nothing follows.
        Assert.Equal(count, kafka.Log.Topics.Single(each => each.Name == "invoices").Partitions.Sum(
            partition => partition.HighWatermark));
        return invoices;
    }
}
