namespace StreamLog.Metadata;

/// <summary>Asks for the newest image to be published: records were committed by whomever.</summary>
internal sealed class PublishedMetadata : IMetadataChange
{
    /// <summary>The one there is: it carries nothing.</summary>
    public static readonly PublishedMetadata Instance = new();

    /// <inheritdoc/>
    public ValueTask RunAsync(ClusterMetadata metadata)
    {
        metadata.Publish();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Fail(Exception exception)
    {
    }
}
