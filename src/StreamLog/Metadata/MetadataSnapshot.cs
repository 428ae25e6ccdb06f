namespace StreamLog.Metadata;

/// <summary>A snapshot that waits for its turn: nothing is committed while it is taken.</summary>
internal sealed class MetadataSnapshot()
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), IMetadataChange
{
    /// <inheritdoc/>
    public async ValueTask RunAsync(ClusterMetadata metadata)
    {
        try
        {
            metadata.Publish();
            await metadata.TakeSnapshotAsync().ConfigureAwait(false);
            TrySetResult();
        }
        catch (StreamLogException exception)
        {
            TrySetException(exception);
        }
    }

    /// <inheritdoc/>
    public void Fail(Exception exception) => TrySetException(exception);
}
