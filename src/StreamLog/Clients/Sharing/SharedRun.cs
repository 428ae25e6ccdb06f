using StreamLog.Clients.Consuming;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Clients.Sharing;

/// <summary>Turns what a fetch of a queue has brought for one partition into records. Stateless.</summary>
internal static class SharedRun
{
    /// <summary>Decodes the records that were acquired, and finds the offsets that have none.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="partition">The partition.</param>
    /// <param name="data">What the fetch has brought. Its records are taken over.</param>
    /// <param name="serdes">What decodes keys and values.</param>
    /// <param name="keepsRaw">Whether records keep their bytes.</param>
    /// <param name="add">Takes each record with its delivery count.</param>
    /// <param name="skip">Takes each offset without a record.</param>
    public static void Decode<TKey, TValue>(
        TopicPartition partition,
        ShareFetchResponse.PartitionData data,
        (IDeserializer<TKey> Key, IDeserializer<TValue> Value) serdes,
        bool keepsRaw,
        Action<Record<TKey, TValue>, int> add,
        Action<long> skip)
    {
        if (data.Records is not { } bytes)
            return;

        data.Records = null;
        using FetchedRun run = new(partition, bytes);
        int acquired = 0;
        long next = data.AcquiredRecords.Count > 0 ? data.AcquiredRecords[0].FirstOffset : 0;
        while (acquired < data.AcquiredRecords.Count && run.TryReadNext(next, out RecordView view))
        {
            // Whatever lies between is a hole.
            while (acquired < data.AcquiredRecords.Count && next < view.Offset)
                next = Skip(data.AcquiredRecords, ref acquired, next, view.Offset, skip);
            if (acquired == data.AcquiredRecords.Count || view.Offset < next)
                continue;

            add(
                RecordDecoding.Decode(partition, run, view, serdes, completion: null, keepsRaw),
                data.AcquiredRecords[acquired].DeliveryCount);
            next = Behind(data.AcquiredRecords, ref acquired, view.Offset);
        }

        while (acquired < data.AcquiredRecords.Count)
            next = Skip(data.AcquiredRecords, ref acquired, next, long.MaxValue, skip);
    }

    private static long Skip(
        List<ShareFetchResponse.AcquiredRecords> runs, ref int acquired, long from, long end, Action<long> skip)
    {
        long last = Math.Min(runs[acquired].LastOffset, end - 1);
        for (long offset = from; offset <= last; offset++)
            skip(offset);
        return last < from ? end : Behind(runs, ref acquired, last);
    }

    private static long Behind(List<ShareFetchResponse.AcquiredRecords> runs, ref int acquired, long offset)
    {
        if (offset < runs[acquired].LastOffset)
            return offset + 1;
        return ++acquired < runs.Count ? runs[acquired].FirstOffset : long.MaxValue;
    }
}
