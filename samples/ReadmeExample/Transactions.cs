using StreamLog;

namespace ReadmeExample;

/// <summary>What docs/transactions.md shows.</summary>
internal static class Transactions
{
    public static async Task TransferAsync(IStreamLog log)
    {
        await using ITransactionalProducer transfers = log.CreateTransactionalProducer("transfers");
        IProducer<string, long> bookings = transfers.CreateProducer<string, long>();

        await using ITransaction transfer = await transfers.BeginAsync();
        await bookings.EnqueueAsync("bookings", new("alice", -10));
        await bookings.EnqueueAsync("bookings", new("bob", 10));
        await transfer.CommitAsync();
    }

    public static async Task InvoiceAsync(IStreamLog log, CancellationToken stop)
    {
        await using ITransactionalProducer invoicing = log.CreateTransactionalProducer("invoicing");
        IProducer<string, string> invoices = invoicing.CreateProducer<string, string>();
        await using IGroupConsumer<string, string> orders = log.Topic<string, string>("orders")
            .Consume("invoicing", options =>
            {
                options.Commit = CommitMode.Manual;
                options.Isolation = IsolationLevel.ReadCommitted;
            });

        await invoicing.ProcessAsync(
            orders,
            async (batch, cancellationToken) =>
            {
                foreach (Record<string, string> order in batch)
                    await invoices.EnqueueAsync("invoices", new(order.Key, $"For {order.Value}"), cancellationToken);
            },
            cancellationToken: stop);
    }
}
