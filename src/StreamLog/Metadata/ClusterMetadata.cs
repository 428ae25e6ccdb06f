using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;
using StreamLog.Protocol.Messages;
using StreamLog.Threading;

namespace StreamLog.Metadata;

/// <summary>The node's view of the metadata log, and its way to change it: the shell around
/// <see cref="Controller"/>.</summary>
/// <remarks>
/// <para>Changes are made one after another by a work loop. Each is decided on the newest image, committed, and
/// published to the node before it is answered: who created a topic can use it.</para>
/// <para>Owned by the broker. Any thread may ask for a change or read the image.</para>
/// </remarks>
internal sealed partial class ClusterMetadata : IMetadataListener, IAsyncDisposable
{
    // Changes of metadata are rare, and each takes a flush: more than these waiting are a loop gone wild.
    private const int ChangesMax = 10_000;

    private readonly ICoordination _coordination;
    private readonly Func<ClusterImage, IReadOnlySet<Guid>> _publish;
    private readonly long _snapshotBytes;
    private readonly ILogger _logger;
    private readonly WorkLoop<IMetadataChange> _changes;
    private readonly Lock _gate = new();

    // Written under _gate, read by anybody.
    private ClusterImage _image = ClusterImage.Empty;

    // Added to by who commits, and set back by the turn that takes a snapshot.
    private long _bytesSinceSnapshot;

    private int _controllerEpoch = -1;
    private bool _isStarted;

    // Touched by the work loop's turns alone, and by the start before them.
    private ClusterImage _published = ClusterImage.Empty;
    private long _snapshotEnd;

    /// <summary>Creates the view of a log that is not read yet.</summary>
    /// <param name="coordination">The log. It stays its owner's.</param>
    /// <param name="publish">Told of each new image, in order, on the work loop's thread, and perhaps again of the same
    /// one. It may block. Returns the ids of deleted topics of which something is left on the disk.</param>
    /// <param name="snapshotBytes">After how many bytes of records a snapshot is taken.</param>
    /// <param name="logger">Where to log.</param>
    public ClusterMetadata(
        ICoordination coordination,
        Func<ClusterImage, IReadOnlySet<Guid>> publish,
        long snapshotBytes,
        ILogger logger)
    {
        _coordination = coordination;
        _publish = publish;
        _snapshotBytes = snapshotBytes;
        _logger = logger;
        _changes = new WorkLoop<IMetadataChange>("metadata", ChangesMax, RunAsync, FailAll, inline: false, logger);
    }

    /// <summary>Gets the newest committed image.</summary>
    public ClusterImage Image => Volatile.Read(ref _image);

    /// <summary>Gets the epoch in which this node is the controller, or -1 before it is.</summary>
    public int ControllerEpoch => Volatile.Read(ref _controllerEpoch);

    /// <summary>Reads the log, becomes the controller and registers the node. Publishes the image once, at the
    /// end.</summary>
    /// <param name="register">Decides on the registration.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The epoch of the registration, when the node may work.</returns>
    public async ValueTask<long> StartAsync(
        Func<ClusterImage, Decision<long>> register, CancellationToken cancellationToken)
    {
        await _coordination.StartAsync(this, cancellationToken).ConfigureAwait(false);
        _controllerEpoch = await _coordination.CampaignAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _isStarted, true);
        return await ChangeAsync(register, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a change.</summary>
    /// <typeparam name="TResponse">The answer.</typeparam>
    /// <param name="decide">Decides; without effects of its own.</param>
    /// <param name="cancellationToken">Stops the wait. The change may be made all the same.</param>
    /// <returns>The answer, once the change is committed and this node knows of it.</returns>
    /// <exception cref="StreamLogException">The change could not be committed.</exception>
    public async ValueTask<TResponse> ChangeAsync<TResponse>(
        Func<ClusterImage, Decision<TResponse>> decide, CancellationToken cancellationToken)
    {
        MetadataChange<TResponse> change = new(decide);
        if (!_changes.TryPost(change))
        {
            throw new StreamLogException(
                ErrorCode.NotController, "The metadata takes no changes now: the node stops, or too many are waiting.");
        }

        return await change.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a snapshot, if anything has changed since the last one.</summary>
    /// <param name="cancellationToken">Stops the wait. The snapshot may be taken all the same.</param>
    /// <returns>A task that completes when there is one of what was committed before the call.</returns>
    /// <exception cref="StreamLogException">The snapshot could not be kept.</exception>
    public async ValueTask SnapshotAsync(CancellationToken cancellationToken)
    {
        MetadataSnapshot snapshot = new();
        if (_changes.TryPost(snapshot))
            await snapshot.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Restored(long endOffset, int controllerEpoch, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        ClusterDelta delta = new(ClusterImage.Empty);
        foreach (ReadOnlyMemory<byte> record in records)
            delta.Apply(MetadataRecords.Read(record.Span));

        _snapshotEnd = endOffset;
        lock (_gate)
            _image = delta.Build() with { EndOffset = endOffset, ControllerEpoch = controllerEpoch };
    }

    /// <inheritdoc/>
    public void Committed(long baseOffset, int controllerEpoch, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        List<IMetadataRecord> decoded = new(records.Count);
        long bytes = 0;
        foreach (ReadOnlyMemory<byte> record in records)
        {
            decoded.Add(MetadataRecords.Read(record.Span));
            bytes += record.Length;
        }

        Interlocked.Add(ref _bytesSinceSnapshot, bytes);
        lock (_gate)
            Volatile.Write(ref _image, _image.Apply(decoded, baseOffset + records.Count, controllerEpoch));

        // Until the node is registered its image is one of its last life. A full inbox has a turn coming that
        // publishes.
        if (Volatile.Read(ref _isStarted))
            _changes.TryPost(PublishedMetadata.Instance);
    }

    /// <summary>Stops taking changes, and waits for those under way.</summary>
    /// <returns>A task that completes when none is left.</returns>
    public ValueTask DisposeAsync() => _changes.DisposeAsync();

    /// <summary>Commits records behind the newest image, and publishes it. For changes, in their turn.</summary>
    /// <param name="records">The records; may be empty.</param>
    /// <returns>A task that completes when the node knows of them.</returns>
    internal async ValueTask CommitAsync(IReadOnlyList<IMetadataRecord> records)
    {
        if (records.Count > 0)
        {
            List<ReadOnlyMemory<byte>> encoded = new(records.Count);
            foreach (IMetadataRecord record in records)
                encoded.Add(MetadataRecords.Write(record));

            // Nobody but the controller appends, and the controller is this loop: what it decided on is still the
            // newest.
            await _coordination
                .AppendAsync(_controllerEpoch, Image.EndOffset, encoded, CancellationToken.None)
                .ConfigureAwait(false);
        }

        Publish();
    }

    /// <summary>Tells the node of the newest image, also where it knows it: something may be left to do. For changes,
    /// in their turn.</summary>
    internal void Publish()
    {
        ClusterImage image = Image;
        _published = image;
        Forget(image.RemovedTopicIds.Except(_publish(image)));
    }

    /// <summary>Takes a snapshot of what the node knows of. For changes, in their turn.</summary>
    /// <returns>A task that completes when it is kept.</returns>
    internal async ValueTask TakeSnapshotAsync()
    {
        // What was published is done: of the topics deleted before it nothing is left but what it says.
        ClusterImage image = _published;
        Interlocked.Exchange(ref _bytesSinceSnapshot, 0);
        if (image.EndOffset <= _snapshotEnd)
            return;

        IEnumerable<ReadOnlyMemory<byte>> records = ImageRecords.Of(image)
            .Select(record => (ReadOnlyMemory<byte>)MetadataRecords.Write(record));
        await _coordination
            .SnapshotAsync(image.EndOffset, image.ControllerEpoch, records, CancellationToken.None)
            .ConfigureAwait(false);
        _snapshotEnd = image.EndOffset;
    }

    private static void FailAll(IReadOnlyList<IMetadataChange> changes, Exception exception)
    {
        foreach (IMetadataChange change in changes)
            change.Fail(exception);
    }

    private async ValueTask RunAsync(IReadOnlyList<IMetadataChange> changes)
    {
        foreach (IMetadataChange change in changes)
            await change.RunAsync(this).ConfigureAwait(false);

        if (Volatile.Read(ref _bytesSinceSnapshot) < _snapshotBytes)
            return;

        try
        {
            await TakeSnapshotAsync().ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            // The log has everything: the next one will do.
            Log.SnapshotFailed(_logger, exception);
        }
    }

    // The files of these topics are gone, durably. So nobody will have to be told again that they were deleted.
    private void Forget(ImmutableHashSet<Guid> topicIds)
    {
        if (topicIds.IsEmpty)
            return;

        lock (_gate)
        {
            bool isNewest = ReferenceEquals(_image, _published);
            ClusterImage image = _image with { RemovedTopicIds = _image.RemovedTopicIds.Except(topicIds) };
            Volatile.Write(ref _image, image);
            _published = isNewest
                ? image
                : _published with { RemovedTopicIds = _published.RemovedTopicIds.Except(topicIds) };
        }
    }
}
