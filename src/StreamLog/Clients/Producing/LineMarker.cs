namespace StreamLog.Clients.Producing;

/// <summary>A place in line without a record.</summary>
internal sealed class LineMarker(ProducerTopic topic, AppendCompletion completion)
    : PendingRecord(topic, completion, transaction: 0, isAdmissionAwaited: true)
{
    /// <inheritdoc/>
    protected override void Append(AppendCompletion? completion)
    {
    }
}
