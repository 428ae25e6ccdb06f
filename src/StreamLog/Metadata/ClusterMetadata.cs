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
internal sealed class ClusterMetadata : IMetadataListener, IAsyncDisposable
{
    // Changes of metadata are rare, and each takes a flush: more than these waiting are a loop gone wild.
    private const int ChangesMax = 10_000;

    private readonly ICoordination _coordination;
    private readonly Action<ClusterImage> _publish;
    private readonly WorkLoop<IMetadataChange> _changes;

    private ClusterImage _image = ClusterImage.Empty;
    private int _controllerEpoch = -1;
    private bool _isStarted;

    // Touched by the work loop's turns alone, and by the start before them.
    private ClusterImage _published = ClusterImage.Empty;

    /// <summary>Creates the view of a log that is not read yet.</summary>
    /// <param name="coordination">The log. It stays its owner's.</param>
    /// <param name="publish">Told of each new image, in order, on the work loop's thread. It may block.</param>
    /// <param name="logger">Where to log.</param>
    public ClusterMetadata(ICoordination coordination, Action<ClusterImage> publish, ILogger logger)
    {
        _coordination = coordination;
        _publish = publish;
        _changes = new WorkLoop<IMetadataChange>("metadata", ChangesMax, RunAsync, FailAll, inline: false, logger);
    }

    /// <summary>Gets the newest committed image.</summary>
    public ClusterImage Image => Volatile.Read(ref _image);

    /// <summary>Reads the log, becomes the controller and registers the node. Publishes the image once, at the
    /// end.</summary>
    /// <param name="register">Decides on the registration.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when the node may work.</returns>
    public async ValueTask StartAsync(
        Func<ClusterImage, Decision<long>> register, CancellationToken cancellationToken)
    {
        await _coordination.StartAsync(this, cancellationToken).ConfigureAwait(false);
        _controllerEpoch = await _coordination.CampaignAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _isStarted, true);
        await ChangeAsync(register, cancellationToken).ConfigureAwait(false);
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

    /// <inheritdoc/>
    public void Committed(long baseOffset, int controllerEpoch, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        List<IMetadataRecord> decoded = new(records.Count);
        foreach (ReadOnlyMemory<byte> record in records)
            decoded.Add(MetadataRecords.Read(record.Span));

        ClusterImage image = Image.Apply(decoded, baseOffset + records.Count, controllerEpoch);
        Volatile.Write(ref _image, image);

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

    /// <summary>Tells the node of the newest image, unless it knows. For changes, in their turn.</summary>
    internal void Publish()
    {
        ClusterImage image = Image;
        if (ReferenceEquals(image, _published))
            return;

        _published = image;
        _publish(image);
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
    }
}
