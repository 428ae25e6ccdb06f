using System.Globalization;
using System.Text;
using System.Threading.Channels;
using StreamLog.Benchmarks.Load;
using StreamLog.Clients.Handling;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Handling records for a group: by a handler, and by what one would write without.</summary>
internal static class HandlerRuns
{
    private const int Keys = 64;
    private const string Group = "load";

    /// <summary>One loop that completes each record.</summary>
    public static async Task<Measurement> LoopAsync(string directory, int records, byte[] payload)
    {
        await using StreamLogNode node = await FillAsync(directory, records, payload);
        await using IGroupConsumer<string, byte[]> consumer = Topic(node).Consume(Group);
        return await Stopwatches.MeasureAsync(records, async () =>
        {
            int left = records;
            await foreach (Record<string, byte[]> record in consumer.ReadAllAsync())
            {
                record.Complete();
                if (--left == 0)
                    break;
            }
        });
    }

    /// <summary>One loop that hands records to workers by their key, each through a channel of its own.</summary>
    public static async Task<Measurement> ChannelsAsync(string directory, int records, byte[] payload, int workers)
    {
        await using StreamLogNode node = await FillAsync(directory, records, payload);
        await using IGroupConsumer<string, byte[]> consumer = Topic(node).Consume(Group);
        return await Stopwatches.MeasureAsync(records, async () =>
        {
            Channel<Record<string, byte[]>>[] channels =
            [
                .. Enumerable.Range(0, workers).Select(_ => Channel.CreateBounded<Record<string, byte[]>>(
                    new BoundedChannelOptions(1024) { SingleReader = true, SingleWriter = true })),
            ];
            Task[] working = [.. channels.Select(channel => Task.Run(() => WorkAsync(channel.Reader)))];
            int left = records;
            await foreach (Record<string, byte[]> record in consumer.ReadAllAsync())
            {
                int worker = (int)((uint)string.GetHashCode(record.Key, StringComparison.Ordinal) % (uint)workers);
                await channels[worker].Writer.WriteAsync(record);
                if (--left == 0)
                    break;
            }

            foreach (Channel<Record<string, byte[]>> channel in channels)
                channel.Writer.Complete();
            await Task.WhenAll(working);
        });
    }

    /// <summary>A handler, of as many keys side by side as are said.</summary>
    public static async Task<Measurement> HandleAsync(string directory, int records, byte[] payload, int concurrency)
    {
        await using StreamLogNode node = await FillAsync(directory, records, payload);
        HandlerBuilder settings = new(Nodes.TopicName, Group, isBatch: false);
        settings.Prefetch(8 * 1024);
        if (concurrency > 1)
            settings.Concurrency(concurrency);
        return await Stopwatches.MeasureAsync(records, async () =>
        {
            int left = records;
            TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            IPushConsumer handler = ((IRunningLog)node).Handle<string, byte[]>(settings.Build(), (_, _) =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                    done.SetResult();
                return ValueTask.CompletedTask;
            });
            await done.Task;
            await handler.StopAsync(CancellationToken.None);
        });
    }

    private static async Task WorkAsync(ChannelReader<Record<string, byte[]>> reader)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out Record<string, byte[]>? record))
                record.Complete();
        }
    }

    private static ITopic<string, byte[]> Topic(StreamLogNode node) => node.Topic<string, byte[]>(Nodes.TopicName);

    private static async Task<StreamLogNode> FillAsync(string directory, int records, byte[] payload)
    {
        StreamLogNode node =
            await Nodes.StartAsync(directory, 1, Durability.PageCache, TimeSpan.FromSeconds(1));
        await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
        byte[][] keys =
        [
            .. Enumerable.Range(0, Keys)
                .Select(key => Encoding.UTF8.GetBytes($"key-{key.ToString(CultureInfo.InvariantCulture)}")),
        ];
        for (int i = 0; i < records; i++)
        {
            await producer.EnqueueAsync(
                Nodes.TopicName, new ProducerRecord<byte[], byte[]>(keys[i * 7 % Keys], payload));
        }

        await producer.FlushAsync();
        return node;
    }
}
