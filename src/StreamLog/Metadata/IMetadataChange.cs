namespace StreamLog.Metadata;

/// <summary>A change that waits for its turn at the controller.</summary>
internal interface IMetadataChange
{
    /// <summary>Decides, commits and answers.</summary>
    /// <param name="metadata">Who asks.</param>
    /// <returns>A task that completes when the answer is out.</returns>
    ValueTask RunAsync(ClusterMetadata metadata);

    /// <summary>Answers that it came to nothing.</summary>
    /// <param name="exception">Why.</param>
    void Fail(Exception exception);
}
