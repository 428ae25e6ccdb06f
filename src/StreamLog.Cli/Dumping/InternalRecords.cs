using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Cli.Dumping;

/// <summary>Decodes the records of StreamLog's own topics, which are Kafka's.</summary>
internal static class InternalRecords
{
    private const string UnknownFields = "UnknownTaggedFields";

    /// <summary>Decodes a record.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="record">The record.</param>
    /// <returns>What it says; <see langword="null"/> where the topic is an application's, or the kind of record is not
    /// known.</returns>
    /// <exception cref="StreamLogException">It is not what its key says.</exception>
    public static object? Decode(string topic, RecordView record) => topic switch
    {
        "__cluster_metadata" => MetadataRecords.Read(record.Value),
        "__consumer_offsets" => DecodeGroup(record),
        "__transaction_state" when TransactionLogRecords.ReadKey(record.Key) is { } key =>
            Pair(key, record.HasValue ? TransactionLogRecords.ReadValue(record.Value) : null),
        "__share_group_state" => DecodeShare(record),
        _ => null,
    };

    /// <summary>Writes what was decoded on one line.</summary>
    public static string Describe(object decoded) => decoded is KeyValuePair<object, object?> pair
        ? $"{NameAndFields(pair.Key)} = {(pair.Value is null ? "null" : NameAndFields(pair.Value))}"
        : NameAndFields(decoded);

    /// <summary>Returns what was decoded as a document.</summary>
    public static JsonNode ToJson(object decoded) => decoded is KeyValuePair<object, object?> pair
        ? new JsonObject
        {
            [pair.Key.GetType().Name] = Fields(pair.Key),
            [pair.Value?.GetType().Name ?? "value"] = pair.Value is null ? null : Fields(pair.Value),
        }
        : new JsonObject { [decoded.GetType().Name] = Fields(decoded) };

    private static KeyValuePair<object, object?>? DecodeGroup(RecordView record)
    {
        if (ConsumerOffsetRecords.ReadKey(record.Key) is not { } key)
            return null;
        if (!record.HasValue)
            return Pair(key, null);
        return Pair(key, key switch
        {
            OffsetCommitKey => ConsumerOffsetRecords.ReadOffsetCommitValue(record.Value),
            GroupMetadataKey => ConsumerOffsetRecords.ReadGroupMetadataValue(record.Value),
            _ when ShareGroupRecords.IsKey(key) => ShareGroupRecords.ReadValue(key, record.Value),
            _ => ConsumerGroupRecords.ReadValue(key, record.Value),
        });
    }

    private static KeyValuePair<object, object?>? DecodeShare(RecordView record)
    {
        if (ShareStateRecords.ReadKey(record.Key) is not { } key)
            return null;
        if (!record.HasValue)
            return Pair(key, null);
        return Pair(key, key is ShareSnapshotKey
            ? ShareStateRecords.ReadSnapshot(record.Value)
            : ShareStateRecords.ReadUpdate(record.Value));
    }

    private static KeyValuePair<object, object?> Pair(object key, object? value) => new(key, value);

    private static string NameAndFields(object message) =>
        $"{message.GetType().Name} {Fields(message).ToJsonString()}";

    private static JsonObject Fields(object message)
    {
        JsonObject fields = [];
        foreach (PropertyInfo property in message.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.Name != UnknownFields)
                fields[property.Name] = Node(property.GetValue(message));
        }

        return fields;
    }

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        byte[] bytes => JsonValue.Create(Convert.ToBase64String(bytes)),
        bool flag => JsonValue.Create(flag),
        Guid id => JsonValue.Create(id.ToString()),
        Enum name => JsonValue.Create(name.ToString()),
        IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(Node)]),
        IConvertible number => JsonValue.Create(
            Convert.ToInt64(number, System.Globalization.CultureInfo.InvariantCulture)),
        _ => Fields(value),
    };
}
