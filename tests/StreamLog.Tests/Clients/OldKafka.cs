using StreamLog.Protocol;

namespace StreamLog.Tests.Clients;

/// <summary>A broker in memory that speaks the APIs of transactions as older Kafkas do.</summary>
internal static class OldKafka
{
    private static readonly (ApiKey Api, short Max)[] Versions30 =
    [
        (ApiKey.Produce, 9),
        (ApiKey.InitProducerId, 4),
        (ApiKey.AddPartitionsToTxn, 3),
        (ApiKey.AddOffsetsToTxn, 3),
        (ApiKey.EndTxn, 3),
        (ApiKey.TxnOffsetCommit, 3),
    ];

    private static readonly (ApiKey Api, short Max)[] Versions21 =
    [
        (ApiKey.Produce, 7),
        (ApiKey.InitProducerId, 1),
        (ApiKey.AddPartitionsToTxn, 1),
        (ApiKey.AddOffsetsToTxn, 1),
        (ApiKey.EndTxn, 1),
        (ApiKey.TxnOffsetCommit, 2),
    ];

    public static WireBroker Kafka30(IBroker broker) => new(new SettledBroker(broker), Versions30);

    public static WireBroker Kafka21(IBroker broker) => new(new SettledBroker(broker), Versions21);
}
