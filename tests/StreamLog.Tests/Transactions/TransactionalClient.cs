using System.Text;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Tests.Broker;

namespace StreamLog.Tests.Transactions;

/// <summary>A producer with a transactional id, that sends what it is told to and keeps count.</summary>
internal sealed class TransactionalClient(BrokerHarness broker, string transactionalId, bool isOld = false)
{
    private readonly Dictionary<(string Topic, int Partition), int> _sequences = [];

    public BrokerHarness Broker { get; set; } = broker;

    public long ProducerId { get; set; } = -1;

    public short Epoch { get; set; } = -1;

    /// <summary>Begins, or goes on with another epoch. Waits while the broker ends what was open.</summary>
    public async Task<ErrorCode> InitAsync(int timeoutMs = 60_000, bool asBefore = false)
    {
        while (true)
        {
            InitProducerIdResponse response = await Broker.SendAsync(new InitProducerIdRequest
            {
                TransactionalId = transactionalId,
                TransactionTimeoutMs = timeoutMs,
                ProducerId = asBefore ? ProducerId : -1,
                ProducerEpoch = asBefore ? Epoch : (short)-1,
            });
            if (response.ErrorCode == ErrorCode.ConcurrentTransactions)
            {
                await Broker.Broker.WaitTransactionsIdleAsync();
                continue;
            }

            if (response.ErrorCode == ErrorCode.None)
                Use(response.ProducerId, response.ProducerEpoch);
            return response.ErrorCode;
        }
    }

    public async Task<ErrorCode> AddAsync(params TopicPartition[] partitions)
    {
        AddPartitionsToTxnResponse response = await Broker.SendAsync(new AddPartitionsToTxnRequest
        {
            V3AndBelowTransactionalId = transactionalId,
            V3AndBelowProducerId = ProducerId,
            V3AndBelowProducerEpoch = Epoch,
            V3AndBelowTopics =
            [
                .. partitions.Select(partition => new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic
                {
                    Name = partition.Topic,
                    Partitions = [partition.Partition],
                }),
            ],
            Version = 3,
        });
        return response.ResultsByTopicV3AndBelow
            .SelectMany(topic => topic.ResultsByPartition)
            .Select(partition => partition.PartitionErrorCode)
            .FirstOrDefault(error => error != ErrorCode.None);
    }

    /// <summary>Produces. The sequence goes on where the broker takes it.</summary>
    public async Task<ErrorCode> ProduceAsync(string topic, int partition, params string[] values)
    {
        using RecordBatchBuilder builder = new(1_000_000);
        int sequence = _sequences.GetValueOrDefault((topic, partition));
        builder.SetProducer(ProducerId, Epoch, sequence, transactional: true);
        foreach (string value in values)
            builder.TryAppend(1_000, "k"u8, hasKey: true, Encoding.UTF8.GetBytes(value), hasValue: true, headers: null);
        using ProduceRequest request = BrokerHarness.ProduceRequest(topic, partition, builder.Build());
        request.TransactionalId = transactionalId;
        request.Version = isOld ? (short)10 : ProduceRequest.MaxVersion;
        ErrorCode error;
        do
        {
            error = BrokerHarness.Single(await Broker.SendAsync(request)).ErrorCode;
            if (error == ErrorCode.ConcurrentTransactions)
                await Broker.Broker.WaitTransactionsIdleAsync();
        }
        while (error == ErrorCode.ConcurrentTransactions);
        if (error == ErrorCode.None)
            _sequences[(topic, partition)] = sequence + values.Length;
        return error;
    }

    public async Task<ErrorCode> AddOffsetsAsync(string group)
    {
        AddOffsetsToTxnResponse response = await Broker.SendAsync(new AddOffsetsToTxnRequest
        {
            TransactionalId = transactionalId,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            GroupId = group,
        });
        return response.ErrorCode;
    }

    public async Task<ErrorCode> CommitOffsetAsync(
        string group, string topic, int partition, long offset, string member = "", int generation = -1)
    {
        TxnOffsetCommitRequest request = new()
        {
            TransactionalId = transactionalId,
            GroupId = group,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            MemberId = member,
            GenerationId = generation,
            Topics =
            [
                new() { Name = topic, Partitions = [new() { PartitionIndex = partition, CommittedOffset = offset }] },
            ],
            Version = isOld ? (short)3 : TxnOffsetCommitRequest.MaxVersion,
        };
        ErrorCode error;
        do
        {
            error = (await Broker.SendAsync(request)).Topics.Single().Partitions.Single().ErrorCode;
            if (error == ErrorCode.ConcurrentTransactions)
                await Broker.Broker.WaitTransactionsIdleAsync();
        }
        while (error == ErrorCode.ConcurrentTransactions);
        return error;
    }

    public Task<ErrorCode> CommitAsync() => EndAsync(isCommit: true);

    public Task<ErrorCode> AbortAsync() => EndAsync(isCommit: false);

    public async Task<ErrorCode> EndAsync(bool isCommit, bool isDeaf = false)
    {
        EndTxnResponse response = await Broker.SendAsync(new EndTxnRequest
        {
            TransactionalId = transactionalId,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            Committed = isCommit,
            Version = isOld ? (short)4 : EndTxnRequest.MaxVersion,
        });
        if (response.ErrorCode == ErrorCode.None && !isOld && !isDeaf)
            Use(response.ProducerId, response.ProducerEpoch);
        return response.ErrorCode;
    }

    private void Use(long producerId, short epoch)
    {
        if (producerId != ProducerId || epoch != Epoch)
            _sequences.Clear();
        ProducerId = producerId;
        Epoch = epoch;
    }
}
