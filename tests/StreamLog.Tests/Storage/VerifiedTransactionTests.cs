using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Replication;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class VerifiedTransactionTests
{
    private const long Producer = 7;

    private readonly LogHarness _log = new(new SimulatedDisk());
    private readonly ReplicatedPartition _partition;

    public VerifiedTransactionTests()
    {
        _partition = new ReplicatedPartition(_log.Log, Durability.PageCache, minInSyncReplicas: 1);
        _partition.BecomeLeader(0);
    }

    [Fact]
    public void A_batch_that_comes_after_the_end_of_what_it_was_verified_for_begins_nothing()
    {
        long verifiedAt = _log.Log.TransactionOf(Producer).EndedAt;
        Assert.True(Append(epoch: 0, sequence: 0, verifiedAt).IsSuccess);
        Assert.Equal((short)0, _log.Log.TransactionOf(Producer).OpenEpoch);
        Assert.True(Append(epoch: 0, sequence: 1, verifiedAt).IsSuccess);

        End(ControlRecordType.Abort, epoch: 0);
        AppendResult late = Append(epoch: 0, sequence: 2, verifiedAt);

        Assert.Equal(ErrorCode.InvalidTransactionState, late.ErrorCode);
        Assert.Equal(((short)-1, 2L), _log.Log.TransactionOf(Producer));
        Assert.True(Append(epoch: 0, sequence: 2, _log.Log.TransactionOf(Producer).EndedAt).IsSuccess);
    }

    [Fact]
    public void A_mark_that_comes_before_the_first_batch_counts_too()
    {
        long verifiedAt = _log.Log.TransactionOf(Producer).EndedAt;
        End(ControlRecordType.Abort, epoch: 0);

        Assert.Equal(ErrorCode.InvalidTransactionState, Append(epoch: 0, sequence: 0, verifiedAt).ErrorCode);
    }

    [Fact]
    public void Readers_of_committed_records_stop_at_the_first_open_transaction()
    {
        Append(epoch: 0, sequence: 0, verifiedAt: -1);
        _log.Append("plain");
        _partition.Announce();
        Assert.Equal((2L, 0L), (_partition.HighWatermark, _partition.LastStableOffset));

        End(ControlRecordType.Commit, epoch: 0);
        Assert.Equal(0L, _partition.LastStableOffset);
        _partition.Announce();

        Assert.Equal((3L, 3L), (_partition.HighWatermark, _partition.LastStableOffset));
    }

    private AppendResult Append(short epoch, int sequence, long verifiedAt)
    {
        using RecordBatchBuilder builder = new(1_000);
        builder.SetProducer(Producer, epoch, sequence, transactional: true);
        builder.TryAppend(1_000, "k"u8, hasKey: true, "v"u8, hasValue: true, headers: null);
        using RecordBuffer batch = builder.Build();
        return _partition.Append(batch, AppendOrigin.Client, verifiedAt);
    }

    private void End(ControlRecordType type, short epoch)
    {
        using RecordBuffer marker = ControlRecords.BuildEndTransaction(type, Producer, epoch, 0, 1_000);
        Assert.True(_partition.Append(marker, AppendOrigin.Coordinator).IsSuccess);
    }
}
