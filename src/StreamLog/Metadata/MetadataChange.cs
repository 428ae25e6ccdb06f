namespace StreamLog.Metadata;

/// <summary>A change that waits for its turn at the controller, and completes with its answer.</summary>
/// <typeparam name="TResponse">The answer.</typeparam>
/// <param name="decide">Decides, on the image of its turn.</param>
internal sealed class MetadataChange<TResponse>(Func<ClusterImage, Decision<TResponse>> decide)
    : TaskCompletionSource<TResponse>(TaskCreationOptions.RunContinuationsAsynchronously), IMetadataChange
{
    /// <inheritdoc/>
    public async ValueTask RunAsync(ClusterMetadata metadata)
    {
        try
        {
            Decision<TResponse> decision = decide(metadata.Image);
            await metadata.CommitAsync(decision.Records).ConfigureAwait(false);
            TrySetResult(decision.Response);
        }
        catch (Exception exception) when (exception is StreamLogException or OperationCanceledException)
        {
            TrySetException(exception);
        }
    }

    /// <inheritdoc/>
    public void Fail(Exception exception) => TrySetException(exception);
}
