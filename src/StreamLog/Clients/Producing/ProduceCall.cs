using System.Runtime.CompilerServices;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Producing;

/// <summary>One Produce request under way. It is used again for the batch's next one, unless it was given up.</summary>
/// <remarks>
/// Whoever moves it out of <c>Pending</c> decides: the answer, or the clock that gives it up. A call that was given up
/// keeps the bytes until the broker has answered after all, since the broker may read them until then.
/// </remarks>
internal sealed class ProduceCall : IDisposable
{
    private const int Pending = 0;
    private const int Resolved = 1;
    private const int GivenUp = 2;

    private readonly PartitionQueue _queue;
    private readonly TransactionScope? _transaction;
    private readonly Action _continuation;
    private readonly ProduceRequest _request;
    private readonly ProduceRequest.TopicProduceData _topicData;
    private readonly ProduceRequest.PartitionProduceData _partitionData;
    private readonly CancellationTokenSource _stop = new();
    private ConfiguredValueTaskAwaitable<ProduceResponse>.ConfiguredValueTaskAwaiter _awaiter;
    private ProducerBatch? _batch;
    private RecordBuffer? _kept;
    private int _state = Resolved;

    /// <summary>Creates the call.</summary>
    /// <param name="queue">Who sends it and hears of the answer.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="options">How the producer works.</param>
    /// <param name="transaction">The transaction that the records belong to, or <see langword="null"/>.</param>
    public ProduceCall(
        PartitionQueue queue, TopicPartition partition, ProducerOptions options, TransactionScope? transaction)
    {
        _queue = queue;
        _transaction = transaction;
        _continuation = Continue;
        _partitionData = new ProduceRequest.PartitionProduceData { Index = partition.Partition };
        _topicData = new ProduceRequest.TopicProduceData { Name = partition.Topic, PartitionData = [_partitionData] };
        _request = new ProduceRequest
        {
            TransactionalId = transaction?.TransactionalId,
            Acks = (short)options.Acks,
            TimeoutMs = Durations.ToRequest(options.RequestTimeout),
            TopicData = [_topicData],
        };

        // The queue has read an answer before the call is used again, and one that was given up is not.
        _request.ResponseToFill = new ProduceResponse
        {
            Responses = [new ProduceResponse.TopicProduceResponse { PartitionResponses = [new()] }],
        };
    }

    /// <summary>Sends a batch. The queue hears of the outcome, perhaps before this returns.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="topicId">The topic's id.</param>
    /// <param name="requestDeadline">When the call may be given up, on the clock's timestamps.</param>
    public void Send(BrokerSession session, ProducerBatch batch, Guid topicId, long requestDeadline)
    {
        _batch = batch;
        ValueTask<ProduceResponse> response;
        try
        {
            _topicData.TopicId = topicId;
            if (_transaction is not null)
                _request.Version = _transaction.ProduceVersion;
            _partitionData.Records = batch.HandOverRecords();
            batch.RequestDeadline = requestDeadline;
            response = session.Broker.SendAsync(_request, session.Context, _stop.Token);
        }
        catch (Exception exception)
        {
            Resolve(response: null, exception);
            return;
        }

        _awaiter = response.ConfigureAwait(false).GetAwaiter();
        if (_awaiter.IsCompleted)
            Continue();
        else
            _awaiter.UnsafeOnCompleted(_continuation);
    }

    /// <summary>Makes the call wait for an answer. To be called before it can be given up.</summary>
    public void Begin() => Volatile.Write(ref _state, Pending);

    /// <summary>Gives the call up: its outcome is unknown. It is not to be used again.</summary>
    /// <param name="batch">Its batch.</param>
    /// <returns><see langword="false"/> if the answer came first.</returns>
    public bool TryGiveUp(ProducerBatch batch)
    {
        _kept = batch.TakeRecords().Retain();
        if (Interlocked.CompareExchange(ref _state, GivenUp, Pending) == Pending)
            return true;

        _kept.Dispose();
        _kept = null;
        return false;
    }

    /// <summary>Tells the broker that nobody waits any more. To be called without a gate.</summary>
    public void Cancel() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void Continue()
    {
        ProduceResponse? response = null;
        Exception? exception = null;
        try
        {
            response = _awaiter.GetResult();
        }
        catch (Exception caught)
        {
            exception = caught;
        }

        _awaiter = default;
        Resolve(response, exception);
    }

    private void Resolve(ProduceResponse? response, Exception? exception)
    {
        _partitionData.Records = null;
        if (Interlocked.CompareExchange(ref _state, Resolved, Pending) == Pending)
            _queue.OnAnswer(_batch!, response, exception);
        else
            _kept?.Dispose();
    }
}
