namespace StreamLog.Clients.Handling;

/// <summary>Where a push consumer gets records from, and its partitions: a member of a group.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>A record that is done is completed, and the source commits behind those. Disposal revokes all partitions,
/// commits and gives them up.</remarks>
internal interface IRecordSource<TKey, TValue> : IAsyncDisposable
{
    /// <summary>Gets a hash of the bytes of the key of the record that was yielded last, for the one who reads;
    /// <see langword="null"/> if it has none.</summary>
    int? LastKeyHash { get; }

    /// <summary>Gets the partition whose failure ended the reading last, for the one who reads;
    /// <see langword="null"/> if it was no partition's. Reading may begin again, and goes on at the other
    /// ones.</summary>
    TopicPartition? LastFailed => null;

    /// <summary>Reads record after record, until the source is disposed.</summary>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The records.</returns>
    IAsyncEnumerable<Record<TKey, TValue>> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>Stops or resumes yielding records of a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="isHeld">Whether to stop.</param>
    void Hold(TopicPartition partition, bool isHeld);
}
