using Microsoft.Extensions.DependencyInjection;
using StreamLog;

namespace KafkaGateway;

/// <summary>Answers an order with an invoice. An order may come twice, as after a crash, so an invoice has the number
/// of its order.</summary>
internal sealed class WriteInvoice(
    PriceList prices, [FromKeyedServices("invoices")] ITopic<string, Invoice> invoices)
    : IRecordHandler<string, Order>
{
    public async ValueTask HandleAsync(Record<string, Order> record, CancellationToken cancellationToken)
    {
        Order order = record.Value;
        decimal total = prices.PriceOf(order.Item) * order.Quantity;
        await invoices.AppendAsync(
            record.Key,
            new Invoice($"{record.Position}", order.Item, order.Quantity, total),
            cancellationToken);
    }
}
