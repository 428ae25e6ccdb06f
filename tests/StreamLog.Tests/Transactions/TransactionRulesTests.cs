using StreamLog.Protocol.Records;
using StreamLog.Transactions;
using Xunit;

namespace StreamLog.Tests.Transactions;

public sealed class TransactionRulesTests
{
    private static readonly TransactionRules Rules = new(new TransactionSettings());
    private static readonly TransactionMoment Moment = new(1_000, 50_000);
    private static readonly TopicPartition Orders = new("orders", 0);

    [Theory]
    [InlineData(0, ErrorCode.InvalidTransactionTimeout)]
    [InlineData(-1, ErrorCode.InvalidTransactionTimeout)]
    [InlineData(900_000, ErrorCode.None)]
    [InlineData(900_001, ErrorCode.InvalidTransactionTimeout)]
    [InlineData(int.MaxValue, ErrorCode.InvalidTransactionTimeout)]
    public void A_transaction_may_stay_open_for_a_quarter_of_an_hour(int timeoutMs, ErrorCode expected) =>
        Assert.Equal(expected, Rules.Initialize(null, timeoutMs, null, 7, Moment).Error);

    [Fact]
    public void A_new_id_needs_a_producer_id()
    {
        Assert.True(Rules.Initialize(null, 1, null, -1, Moment).NeedsProducerId);

        TransactionState state = Init(null, null);
        Assert.Equal((7L, (short)0, TransactionStatus.Empty), (state.ProducerId, state.ProducerEpoch, state.Status));
    }

    [Fact]
    public void Who_goes_on_after_an_error_may_ask_again_until_somebody_else_has_asked()
    {
        TransactionState state = Init(null, null);
        TransactionState bumped = Init(state, new ProducerIdentity(7, 0));
        TransactionState again = Init(bumped, new ProducerIdentity(7, 0));
        Assert.Equal((1, 1), (bumped.ProducerEpoch, again.ProducerEpoch));

        TransactionState other = Init(again, null);
        Assert.Equal(2, other.ProducerEpoch);
        Assert.Equal(
            ErrorCode.ProducerFenced, Rules.Initialize(other, 1, new ProducerIdentity(7, 1), -1, Moment).Error);
        Assert.Equal(
            ErrorCode.ProducerFenced, Rules.Initialize(other, 1, new ProducerIdentity(8, 2), -1, Moment).Error);
    }

    [Fact]
    public void Epochs_that_are_used_up_are_followed_by_another_producer_id()
    {
        TransactionState last = Init(null, null) with { ProducerEpoch = TransactionRules.EpochMax };
        ProducerIdentity producer = new(7, TransactionRules.EpochMax);
        Assert.True(Rules.Initialize(last, 1, null, -1, Moment).NeedsProducerId);
        TransactionState rotated = Rules.Initialize(last, 1, producer, 8, Moment).Next!;
        Assert.Equal((8L, (short)0), (rotated.ProducerId, rotated.ProducerEpoch));
        Assert.Equal((8L, (short)0), IdentityOf(Init(rotated, producer)));

        TransactionState open = TransactionRules.Add(last, producer, [Orders], Moment).Next!;
        Assert.True(TransactionRules.End(open, producer, true, -1, Moment).NeedsProducerId);
        TransactionState ending = TransactionRules.End(open, producer, true, 8, Moment).Next!;
        Assert.Equal((7L, short.MaxValue, 8L), (ending.ProducerId, ending.ProducerEpoch, ending.NextProducerId));
        Assert.Equal(
            ErrorCode.ConcurrentTransactions,
            TransactionRules.Add(ending, new ProducerIdentity(8, 0), [Orders], Moment).Error);

        TransactionState complete = Rules.Complete(ending, Moment);
        Assert.Equal((8L, (short)0, 7L), (complete.ProducerId, complete.ProducerEpoch, complete.PreviousProducerId));
        Assert.Equal(ErrorCode.None, TransactionRules.End(complete, producer, true, -1, Moment).Error);
        Assert.Equal(
            ErrorCode.InvalidTransactionState, TransactionRules.End(complete, producer, false, -1, Moment).Error);
    }

    [Fact]
    public void The_last_epoch_can_still_be_fenced()
    {
        TransactionState last = Init(null, null) with { ProducerEpoch = TransactionRules.EpochMax };
        TransactionState open = TransactionRules
            .Add(last, new ProducerIdentity(7, TransactionRules.EpochMax), [Orders], Moment).Next!;

        TransactionState fenced = Rules.Initialize(open, 1, null, -1, Moment).Next!;
        Assert.Equal((short.MaxValue, TransactionStatus.PrepareAbort), (fenced.ProducerEpoch, fenced.Status));
        TransactionState complete = Rules.Complete(fenced, Moment);
        Assert.True(Rules.Initialize(complete, 1, null, -1, Moment).NeedsProducerId);
        Assert.Equal((8L, (short)0), IdentityOf(Rules.Initialize(complete, 1, null, 8, Moment).Next!));
    }

    [Fact]
    public void A_transaction_without_partitions_can_be_aborted_and_not_committed()
    {
        TransactionState empty = Init(null, null);
        ProducerIdentity producer = new(7, 0);

        Assert.Equal(ErrorCode.InvalidTransactionState, TransactionRules.End(empty, producer, true, -1, Moment).Error);
        TransactionState ending = TransactionRules.End(empty, producer, false, -1, Moment).Next!;
        Assert.Equal((1, TransactionStatus.PrepareAbort), (ending.ProducerEpoch, ending.Status));
        Assert.Equal(
            ErrorCode.InvalidTransactionState, TransactionRules.EndFixed(empty, producer, false, Moment).Error);
    }

    [Theory]
    [InlineData((short)0, true)]
    [InlineData((short)0, false)]
    [InlineData(TransactionRules.EpochMax, true)]
    [InlineData(TransactionRules.EpochMax, false)]
    public void The_end_of_the_next_transaction_waits_for_that_of_this_one(short epoch, bool isCommit)
    {
        TransactionState begun = Init(null, null) with { ProducerEpoch = epoch };
        TransactionState open = TransactionRules.Add(begun, new ProducerIdentity(7, epoch), [Orders], Moment).Next!;
        TransactionState ending = TransactionRules.End(open, new ProducerIdentity(7, epoch), true, 8, Moment).Next!;
        ProducerIdentity next = new(ending.ProducerIdToUse, ending.ProducerEpochToUse);

        Assert.Equal(
            ErrorCode.ConcurrentTransactions, TransactionRules.End(ending, next, isCommit, -1, Moment).Error);
    }

    [Fact]
    public void A_state_comes_back_from_the_log_but_for_what_time_and_retries_need()
    {
        TransactionState open = TransactionRules
            .Add(Init(null, null), new ProducerIdentity(7, 0), [Orders, new("orders", 3), new("a", 1)], Moment).Next!;

        TransactionRecord read = TransactionRecordCodec.Read(
            TransactionRecordCodec.WriteKey("tx"), hasValue: true, TransactionRecordCodec.WriteValue(open))!.Value;

        Assert.Equal("tx", read.TransactionalId);
        Assert.True(open.Partitions.SetEquals(read.State!.Partitions));
        Assert.Equal(
            open with { DeadlineMs = long.MaxValue },
            read.State with { Partitions = open.Partitions });
        Assert.Equal(1_000 + 59_000, Rules.Resume(read.State, new TransactionMoment(1_000, 51_000)).DeadlineMs);
    }

    /// <summary>Goal: whatever is asked in whatever order, who is not the producer of the moment changes nothing, no
    /// epoch is given twice, and what is decided stays decided. Method: random requests of all who ever were the
    /// producer, from an epoch on that soon runs out.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Only_the_producer_of_the_moment_changes_anything(int seed)
    {
        Random random = new(seed);
        HashSet<ProducerIdentity> given = [];
        List<ProducerIdentity> all = [];
        TransactionState state = Init(null, null) with { ProducerEpoch = TransactionRules.EpochMax - 20 };
        Give(new ProducerIdentity(state.ProducerId, state.ProducerEpoch));
        long nextId = 8;
        for (int step = 0; step < 4_000; step++)
        {
            ProducerIdentity asker = random.Next(3) == 0 ? all[random.Next(all.Count)] : all[^1];
            TransactionState before = state;
            bool isCommit = random.Next(2) == 0;
            int what = random.Next(8);
            TransactionOutcome outcome = what switch
            {
                0 => Rules.Initialize(state, 60_000, null, nextId++, Moment),
                1 => Rules.Initialize(state, 60_000, asker, nextId++, Moment),
                2 or 3 => TransactionRules.Add(state, asker, [new("orders", random.Next(3))], Moment),
                4 => TransactionRules.End(state, asker, isCommit, nextId++, Moment),
                5 => TransactionRules.EndFixed(state, asker, isCommit, Moment),
                6 when state.IsEnding => new TransactionOutcome(ErrorCode.None, Rules.Complete(state, Moment)),
                7 when state.Status == TransactionStatus.Ongoing && random.Next(4) == 0 =>
                    new TransactionOutcome(ErrorCode.None, TransactionRules.Fence(state, Moment)),
                _ => new TransactionOutcome(ErrorCode.None),
            };
            if (outcome.Next is not { } next)
                continue;

            state = next;
            Assert.True(next.ProducerEpoch >= 0);
            Assert.True(IsLegal(before, next), $"{before.Status} to {next.Status}");
            if (before.IsEnding)
                Assert.Equal(6, what);
            if (what is >= 2 and <= 5)
                Assert.Equal(all[^1], asker);

            bool isGiven = (what is 0 or 1 && outcome.Error == ErrorCode.None) || what == 4;
            if (isGiven)
                Give(new ProducerIdentity(next.ProducerIdToUse, next.ProducerEpochToUse), mayRepeat: what == 1);
            else if (next.Status == TransactionStatus.PrepareAbort && what is 0 or 1 or 7)
                all.Add(new ProducerIdentity(-2, -2)); // Nobody is the producer until somebody asks again.
        }

        Assert.True(given.Select(identity => identity.Id).Distinct().Count() > 1);

        void Give(ProducerIdentity identity, bool mayRepeat = false)
        {
            Assert.True(given.Add(identity) || (mayRepeat && all[^1] == identity), $"{identity} was given twice");
            Assert.True(identity.Epoch <= TransactionRules.EpochMax);
            all.Add(identity);
        }
    }

    [Fact]
    public void The_marks_that_end_a_transaction_are_those_of_kafka()
    {
        Assert.Equal(0, (int)ControlRecordType.Abort);
        Assert.Equal(
            ["Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "Dead",
                "PrepareEpochFence"],
            Enum.GetValues<TransactionStatus>().Select(status => status.ToString()));
    }

    private static bool IsLegal(TransactionState before, TransactionState after) => after.Status switch
    {
        TransactionStatus.Empty => !before.IsEnding && before.Status != TransactionStatus.Ongoing,
        TransactionStatus.Ongoing => !before.IsEnding,
        TransactionStatus.PrepareCommit => before.Status == TransactionStatus.Ongoing,
        TransactionStatus.PrepareAbort => !before.IsEnding,
        TransactionStatus.CompleteCommit => before.Status == TransactionStatus.PrepareCommit,
        TransactionStatus.CompleteAbort => before.Status == TransactionStatus.PrepareAbort,
        _ => false,
    };

    private static (long Id, short Epoch) IdentityOf(TransactionState state) =>
        (state.ProducerId, state.ProducerEpoch);

    private static TransactionState Init(TransactionState? state, ProducerIdentity? known) =>
        Rules.Initialize(state, 60_000, known, 7, Moment).Next!;
}
