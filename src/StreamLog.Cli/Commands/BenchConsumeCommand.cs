using System.CommandLine;
using StreamLog.Cli.Benchmarking;
using StreamLog.Cli.Records;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog bench consume</c>: reads a topic from its beginning to its end.</summary>
internal static class BenchConsumeCommand
{
    public static Command Create(Shell shell, GlobalOptions globals)
    {
        Argument<string> topic = new("topic") { Description = "The topic." };
        ExampleCommand command = new(
            "consume",
            "Read a topic from its beginning to its end, and print the throughput.",
            "streamlog bench consume bench --data ./bench")
        {
            topic,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            Topic found = await log.Admin.DescribeTopicAsync(parsed.GetRequiredValue(topic), cancellationToken)
                .ConfigureAwait(false);
            BenchResult result = await ReadAsync(log, found, shell.Time, cancellationToken).ConfigureAwait(false);
            result.Write(shell.Output, parsed.GetValue(globals.Json));
            return ExitCodes.Success;
        });
        return command;
    }

    private static async ValueTask<BenchResult> ReadAsync(
        LogTarget log, Topic topic, TimeProvider time, CancellationToken cancellationToken)
    {
        (long records, long bytes) = (0, 0);
        long start = time.GetTimestamp();
        IConsumer<byte[], byte[]> consumer = log.Log.CreateConsumer<byte[], byte[]>();
        await using (consumer.ConfigureAwait(false))
        {
            await consumer.AssignAsync(
                topic.Partitions.Select(partition => partition.TopicPartition), StartAt.Earliest, cancellationToken)
                .ConfigureAwait(false);
            Dictionary<TopicPartition, long> ends =
                topic.Partitions.ToDictionary(partition => partition.TopicPartition, each => each.HighWatermark);
            EndWatch end = new(consumer, ends, time, cancellationToken);
            await using (end.ConfigureAwait(false))
            {
                try
                {
                    await foreach (RecordLease lease in consumer.ReadLeasesAsync(end.Token).ConfigureAwait(false))
                    {
                        using (lease)
                            Count(lease, ref records, ref bytes);
                    }
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // The end is reached.
                }
            }
        }

        return new BenchResult(records, bytes, time.GetElapsedTime(start));
    }

    private static void Count(RecordLease lease, ref long records, ref long bytes)
    {
        while (lease.TryRead(out RawRecord record))
        {
            records++;
            bytes += record.Key.Length + record.Value.Length;
        }
    }
}
