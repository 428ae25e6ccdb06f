using StreamLog;

// A log in the folder "data". What it acknowledges survives a power failure.
await using StreamLogNode log = await StreamLogNode.StartAsync(new() { DataDirectory = "data" });
await log.Admin.CreateTopicIfMissingAsync("orders", partitions: 6);

ITopic<string, string> orders = log.Topic<string, string>("orders");
LogPosition position = await orders.AppendAsync("customer-7", "3 apples");
Console.WriteLine($"Appended at {position}.");

// Read a topic like a file...
await foreach (Record<string, string> order in orders.ReadAsync(StartAt.Earliest))
    Console.WriteLine($"{order.Position} {order.Key}: {order.Value}");

// ... or on behalf of a group, which remembers across restarts how far it has come.
await using IGroupConsumer<string, string> billing = orders.Consume("billing");
await foreach (Record<string, string> order in billing.ReadAllAsync())
{
    Console.WriteLine($"Billing {order.Key} for {order.Value}.");
    order.Complete();
    break;
}
