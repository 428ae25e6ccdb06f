using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace StreamLog;

/// <summary>Goes on, where a record is worked on, with the trace that it was sent in.</summary>
public static class RecordTracing
{
    private static readonly ActivitySource Source =
        new(StreamLogTelemetry.ActivitySourceName, StreamLogTelemetry.Version);

    /// <summary>Returns the context that a record was sent in, out of its headers.</summary>
    /// <typeparam name="TKey">The type of its key.</typeparam>
    /// <typeparam name="TValue">The type of its value.</typeparam>
    /// <param name="record">The record.</param>
    /// <returns>The context; the default where the headers hold none that can be read.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="record"/> is <see langword="null"/>.</exception>
    public static ActivityContext GetTraceContext<TKey, TValue>(this Record<TKey, TValue> record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Headers.Count == 0)
            return default;

        DistributedContextPropagator.Current.ExtractTraceIdAndState(
            record.Headers,
            static (object? carrier, string name, out string? value, out IEnumerable<string>? values) =>
            {
                values = null;
                value = ((RecordHeaders)carrier!).TryGetLast(name, out ReadOnlyMemory<byte>? bytes) && bytes is { } text
                    ? Encoding.UTF8.GetString(text.Span)
                    : null;
            },
            out string? parent,
            out string? state);
        return ActivityContext.TryParse(parent, state, isRemote: true, out ActivityContext context) ? context : default;
    }

    /// <summary>Starts the activity of working on a record: OpenTelemetry's <c>process</c>. It is the current one until
    /// it is disposed.</summary>
    /// <typeparam name="TKey">The type of the record's key.</typeparam>
    /// <typeparam name="TValue">The type of its value.</typeparam>
    /// <param name="record">The record.</param>
    /// <param name="group">The group that works on it, if one does.</param>
    /// <returns>The activity, which the caller disposes; <see langword="null"/> where nobody listens.</returns>
    /// <remarks>
    /// It is linked to the activity that sent the record. Where no other activity is current, it also is its child, so
    /// that the trace goes on.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="record"/> is <see langword="null"/>.</exception>
    public static Activity? StartProcessing<TKey, TValue>(this Record<TKey, TValue> record, string? group = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!Source.HasListeners())
            return null;

        ActivityContext sender = record.GetTraceContext();
        TagList tags = new()
        {
            { "messaging.system", "streamlog" },
            { "messaging.operation.name", "process" },
            { "messaging.operation.type", "process" },
            { "messaging.destination.name", record.Position.Topic },
            {
                "messaging.destination.partition.id",
                record.Position.Partition.ToString(CultureInfo.InvariantCulture)
            },
            { "messaging.kafka.offset", record.Offset },
        };
        if (group is not null)
            tags.Add("messaging.consumer.group.name", group);
        if (record.IsTombstone)
            tags.Add("messaging.kafka.message.tombstone", true);
        return Source.StartActivity(
            ActivityKind.Consumer,
            Activity.Current is null ? sender : default,
            tags,
            sender == default ? null : [new ActivityLink(sender)],
            startTime: default,
            $"process {record.Position.Topic}");
    }
}
