using StreamLog.Protocol;

namespace StreamLog.Tests.Clients;

/// <summary>The same over a Kafka 3.0, where what belongs to a transaction is added to it first, and all transactions
/// of a producer share an epoch.</summary>
public sealed class OldTransactionDoubtTests : TransactionDoubtTests
{
    private protected override IBroker Before(IBroker broker) => OldKafka.Kafka30(broker);
}
