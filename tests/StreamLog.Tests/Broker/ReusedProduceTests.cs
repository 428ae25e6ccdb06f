using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Broker;

/// <summary>The objects of a produce are used again: none may hear of what was meant for the one before.</summary>
public sealed class ReusedProduceTests
{
    private const int Outcomes = 3;

    // Goal: whatever ended a produce (the flush, its time, its caller), the next ones have their own outcome.
    // Method: rounds of three produces at once on a disk that holds flushes back; each is ended in one of three ways,
    // in all combinations, over and over on the same objects, with an answer that the caller lends.
    [Fact]
    public async Task Each_produce_has_its_own_outcome_whatever_became_of_those_before()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");
        ProduceResponse[] lent = [.. Enumerable.Range(0, 3).Select(_ => Lend())];
        long next = 0;

        for (int round = 0; round < 4 * Outcomes * Outcomes * Outcomes; round++)
        {
            int[] fates = [round % Outcomes, round / Outcomes % Outcomes, round / Outcomes / Outcomes % Outcomes];
            CancellationTokenSource[] stops = [.. fates.Select(_ => new CancellationTokenSource())];
            disk.HoldFlushes();
            List<Task<ProduceResponse>> produces = [];
            for (int i = 0; i < fates.Length; i++)
            {
                using ProduceRequest request = BrokerHarness.ProduceRequest(
                    "orders", 0, BrokerHarness.Batch($"{round}"), timeoutMs: fates[i] == 0 ? 100 : 60_000);
                request.ResponseToFill = lent[i];
                produces.Add(broker.SendAsync(request, stops[i].Token).AsTask());
            }

            broker.Time.Advance(TimeSpan.FromMilliseconds(100));
            for (int i = 0; i < fates.Length; i++)
            {
                if (fates[i] == 1)
                    await stops[i].CancelAsync();
                if (fates[i] == 0)
                    await produces[i];
                Assert.Equal(fates[i] == 0, produces[i].IsCompletedSuccessfully);
            }

            disk.ReleaseFlushes();
            for (int i = 0; i < fates.Length; i++)
            {
                if (fates[i] == 1)
                {
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => produces[i]);
                    continue;
                }

                ProduceResponse response = await produces[i];
                Assert.Same(lent[i], response);
                ProduceResponse.PartitionProduceResponse answer = BrokerHarness.Single(response);
                Assert.Equal(fates[i] == 0 ? ErrorCode.RequestTimedOut : ErrorCode.None, answer.ErrorCode);
                Assert.Equal(fates[i] == 0 ? -1 : next + i, answer.BaseOffset);
                Assert.Equal(fates[i] == 0, answer.ErrorMessage is not null);
            }

            next += fates.Length;
            Array.ForEach(stops, stop => stop.Dispose());
        }
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_the_request_is_left_alone()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        ProduceResponse lent = new();
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        request.ResponseToFill = lent;

        ProduceResponse response = await broker.SendAsync(request);

        Assert.NotSame(lent, response);
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(response).ErrorCode);
    }

    [Fact]
    public async Task A_lent_answer_forgets_what_went_wrong_before()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        ProduceResponse lent = Lend();
        using ProduceRequest bad = BrokerHarness.ProduceRequest("orders", 5, BrokerHarness.Batch("a"));
        bad.ResponseToFill = lent;
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, BrokerHarness.Single(await broker.SendAsync(bad)).ErrorCode);

        using ProduceRequest good = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        good.ResponseToFill = lent;
        ProduceResponse.PartitionProduceResponse answer = BrokerHarness.Single(await broker.SendAsync(good));

        Assert.Equal(
            (ErrorCode.None, null, 0, 0L),
            (answer.ErrorCode, answer.ErrorMessage, answer.Index, answer.BaseOffset));
    }

    private static ProduceResponse Lend() => new()
    {
        Responses = [new ProduceResponse.TopicProduceResponse { PartitionResponses = [new()] }],
    };
}
