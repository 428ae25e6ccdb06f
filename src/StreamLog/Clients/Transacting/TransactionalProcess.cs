using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Transacting;

/// <summary>Processes the records of a group in transactions, list by list.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// One reader, which comes for the next list only when the one before is committed. So a partition goes to another
/// member between two transactions, and never within one, unless the group takes it away; then the offsets are refused,
/// and so the transaction is aborted.
/// </remarks>
internal sealed partial class TransactionalProcess<TKey, TValue>
{
    /// <summary>How long to wait for a full list, unless told otherwise.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromMilliseconds(100);

    private readonly TransactionalProducer _producer;
    private readonly IGroupReading _source;
    private readonly Func<IReadOnlyList<Record<TKey, TValue>>, CancellationToken, ValueTask> _process;
    private readonly ILogger _logger;

    // Whether a transaction was told to commit, and nobody knows whether it has.
    private bool _isInDoubt;

    /// <summary>Creates it.</summary>
    /// <param name="producer">Whose transactions they are.</param>
    /// <param name="source">Who has yielded the records.</param>
    /// <param name="process">Appends what follows from them.</param>
    /// <param name="logger">Where it logs.</param>
    public TransactionalProcess(
        TransactionalProducer producer,
        IGroupReading source,
        Func<IReadOnlyList<Record<TKey, TValue>>, CancellationToken, ValueTask> process,
        ILogger logger)
    {
        _producer = producer;
        _source = source;
        _process = process;
        _logger = logger;
    }

    /// <summary>Processes lists of records until it is stopped or fails.</summary>
    /// <param name="lists">The lists.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>A task that ends with the lists.</returns>
    public async Task RunAsync(
        IAsyncEnumerable<IReadOnlyList<Record<TKey, TValue>>> lists, CancellationToken cancellationToken)
    {
        await foreach (IReadOnlyList<Record<TKey, TValue>> list in lists.ConfigureAwait(false))
            await ProcessAsync(list, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ProcessAsync(
        IReadOnlyList<Record<TKey, TValue>> records, CancellationToken cancellationToken)
    {
        ProcessedRecords list = ProcessedRecords.Of(records);
        try
        {
            await ProcessUntilDoneAsync(records, list, cancellationToken).ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (_isInDoubt)
        {
            // Yielded again they might count twice, and passed over not at all.
            _source.Refuse(exception);
            throw;
        }
        catch
        {
            // Whoever reads the consumer next gets them again.
            _source.Rewind(list.Firsts);
            throw;
        }
    }

    private async ValueTask ProcessUntilDoneAsync(
        IReadOnlyList<Record<TKey, TValue>> records, ProcessedRecords processed, CancellationToken cancellationToken)
    {
        for (int failures = 0; ;)
        {
            try
            {
                IReadOnlyList<Record<TKey, TValue>> kept = Keep(records, processed);
                if (!ReferenceEquals(kept, records))
                    (records, processed) = (kept, ProcessedRecords.Of(kept));
                if (records.Count > 0)
                    await ProcessOnceAsync(records, processed, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StreamLogException exception) when (!_isInDoubt && IsPassing(exception))
            {
                _producer.ThrowIfFenced();
                Log.Again(_logger, exception, _producer.TransactionalId, records.Count, _source.Group);
                await Task.Delay(_producer.RetryPause.Before(++failures), _producer.Time, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private async ValueTask ProcessOnceAsync(
        IReadOnlyList<Record<TKey, TValue>> records, ProcessedRecords processed, CancellationToken cancellationToken)
    {
        ITransaction begun = await _producer.BeginAsync(cancellationToken).ConfigureAwait(false);
        await using (begun.ConfigureAwait(false))
        {
            Transaction transaction = (Transaction)begun;
            await _process(records, cancellationToken).ConfigureAwait(false);
            await transaction.SendOffsetsAsync(_source, processed, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            await CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Commits, and asks until it is known what has become of it: the records are not to be processed twice,
    /// nor passed over. A commit that has begun is finished also where the process is being stopped, if the broker
    /// answers at all.</summary>
    private async ValueTask CommitAsync(Transaction transaction, CancellationToken cancellationToken)
    {
        for (int failures = 1; ; failures++)
        {
            try
            {
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (StreamLogException exception) when (transaction.Phase == TransactionPhase.Committing)
            {
                _isInDoubt = true;
                if (!exception.IsRetriable || exception.ErrorCode == ErrorCode.KafkaStorageError
                    || cancellationToken.IsCancellationRequested)
                {
                    throw;
                }

                Log.InDoubt(_logger, exception, _producer.TransactionalId);
            }

            await Task.Delay(_producer.RetryPause.Before(failures), _producer.Time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _isInDoubt = false;
        }
    }

    /// <summary>Leaves out records of partitions that the group has taken away. Somebody reads them again: another
    /// member, or this one, if they have come back.</summary>
    private IReadOnlyList<Record<TKey, TValue>> Keep(
        IReadOnlyList<Record<TKey, TValue>> records, ProcessedRecords processed)
    {
        IReadOnlyDictionary<TopicPartition, (long Begin, long End)> yielded;
        try
        {
            yielded = _source.Look().Yielded;
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.UnknownMemberId)
        {
            return [];
        }

        Dictionary<TopicPartition, long> again = [];
        foreach ((TopicPartition partition, long first) in processed.Firsts)
        {
            if (!processed.IsKept(partition, yielded))
                again[partition] = first;
        }

        if (again.Count == 0)
            return records;
        _source.Rewind(again);
        return [.. records.Where(record => !again.ContainsKey(record.Position.TopicPartition))];
    }

    private static bool IsPassing(StreamLogException exception) => exception switch
    {
        { ErrorCode: ErrorCode.TransactionAbortable, InnerException: StreamLogException cause } => IsPassing(cause),

        // A partition does not know who is fenced for good. The coordinator does, and tells.
        { ErrorCode: ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch } => true,

        // The group went on without this member, or gave a partition to another one.
        {
            ErrorCode: ErrorCode.UnknownMemberId or ErrorCode.RebalanceInProgress or ErrorCode.TransactionAbortable
                or ErrorCode.IllegalGeneration or ErrorCode.StaleMemberEpoch
        } => true,
        _ => exception.IsRetriable && exception.ErrorCode is not (
            ErrorCode.UnknownTopicOrPartition or ErrorCode.KafkaStorageError or ErrorCode.CorruptMessage),
    };
}
