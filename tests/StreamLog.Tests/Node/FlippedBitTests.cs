using System.Collections.Concurrent;
using StreamLog.Protocol;
using StreamLog.Simulation;
using StreamLog.Tests.Architecture;
using Xunit;
using ProduceAnswer = StreamLog.Protocol.Messages.ProduceResponse.PartitionProduceResponse;

namespace StreamLog.Tests.Node;

// Goal: a flipped bit, anywhere in any file, is found or harmless. It never changes what a reader gets, takes the
// node down, or makes it hang.
// Method: a directory with data in every kind of file, after a clean stop and after none; one bit flipped at a time:
// in every byte of small files, every byte of batch headers, samples of record bytes and of preallocated room. What
// came of it stands in FlippedBits.approved.txt, file kind by region, so that a change of behaviour is seen.
public sealed class FlippedBitTests : NodeTest
{
    private const string Approved = "tests/StreamLog.Tests/Node/FlippedBits.approved.txt";

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, int>> _table = new();
    private readonly ConcurrentDictionary<string, string> _failures = new();
    private int _failureCount;

    [Fact]
    public async Task A_flipped_bit_is_found_or_harmless()
    {
        (SimulatedDisk clean, SimulatedDisk unclean, DamageExpectation expected) = await BuildAsync();
        Assert.Equal("harmless", await new DamageVerdict(expected, Copy(clean), "none").CheckAsync(Stop));
        Assert.Equal("harmless", await new DamageVerdict(expected, Copy(unclean), "none").CheckAsync(Stop));

        await FlipAllAsync("clean", clean, expected);
        await FlipAllAsync("unclean", unclean, expected);

        Assert.True(
            _failures.IsEmpty,
            $"{_failureCount} flipped bits did harm, such as:\n{string.Join("\n\n", _failures.Values.Order())}");
        AssertApproved();
    }

    private async Task FlipAllAsync(string stop, SimulatedDisk disk, DamageExpectation expected)
    {
        List<(FlippableFile File, long Position, string Region)> targets = [];
        foreach (string path in disk.ListAll())
        {
            FlippableFile file = new(path, disk.ReadAll(path), IsActive(disk, path));
            foreach ((long position, string region) in file.Targets())
                targets.Add((file, position, region));
        }

        await Parallel.ForEachAsync(targets, Stop, async (target, _) =>
        {
            (FlippableFile file, long position, string region) = target;
            int bit = (int)((position * 5) + 3) % 8;
            SimulatedDisk damaged = Copy(disk);
            damaged.FlipBit(file.Path, position, bit);
            string row = $"{stop,-7} | {file.Kind} | {region}";
            try
            {
                string outcome = await new DamageVerdict(expected, damaged, file.Path).CheckAsync(Stop)
                    .WaitAsync(TimeSpan.FromSeconds(60), Stop);
                _table.GetOrAdd(row, _ => new()).AddOrUpdate(outcome, 1, (_, count) => count + 1);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Interlocked.Increment(ref _failureCount);
                _failures.TryAdd(row, $"{row}, bit {bit} of {position} in {file.Path}: {exception}");
            }
        });
    }

    private void AssertApproved()
    {
        IEnumerable<string> lines = _table.OrderBy(row => row.Key, StringComparer.Ordinal)
            .Select(row => $"{row.Key} | {string.Join(", ", row.Value.Keys.Order(StringComparer.Ordinal))}");
        string received = string.Join('\n', lines) + "\n";
        string path = Path.Combine(SourceTree.RepositoryRoot, Approved);
        string approved = File.Exists(path) ? File.ReadAllText(path) : "";
        if (approved != received)
            File.WriteAllText(path.Replace(".approved", ".received", StringComparison.Ordinal), received);

        Assert.Equal(approved, received);
    }

    // The last segment of a partition is the one that was written to.
    private static bool IsActive(SimulatedDisk disk, string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        string? last = disk.ListAll()
            .Where(other => Path.GetDirectoryName(other) == folder && other.EndsWith(".log", StringComparison.Ordinal))
            .Max(StringComparer.Ordinal);
        return last is not null && Path.GetFileNameWithoutExtension(last) == Path.GetFileNameWithoutExtension(path);
    }

    private static SimulatedDisk Copy(SimulatedDisk disk) =>
        disk.Crash([.. Enumerable.Repeat(true, disk.UnsyncedOperationCount)]);

    private static async Task<(SimulatedDisk Clean, SimulatedDisk Unclean, DamageExpectation Expected)> BuildAsync()
    {
        SimulatedEnvironment environment = new();
        DamageExpectation expected = new();
        StreamLogNode node = await PowerCutWorkload.StartNodeAsync(environment);
        SimulatedDisk unclean;
        await using (node)
        {
            await node.Admin.CreateTopicAsync("orders", partitions: 2);
            await node.Admin.CreateTopicAsync("small");
            await node.Admin.AlterConfigsAsync(
                "orders", new Dictionary<string, string?> { ["max.message.bytes"] = "5000" });
            expected.Settings.Add("orders", "5000");
            expected.Settings.Add("small", "1048588");
            await FillAsync(node, environment, expected, new TopicPartition("orders", 0), batches: 12);
            await FillAsync(node, environment, expected, new TopicPartition("orders", 1), batches: 3);
            await FillAsync(node, environment, expected, new TopicPartition("small", 0), batches: 1);
            await node.Admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [new("orders", 0)] = 5 });
            expected.Records[new("orders", 0)].RemoveRange(0, 5);
            await CommitAsync(node, expected, new TopicPartition("orders", 0), 7);
            await CommitAsync(node, expected, new TopicPartition("small", 0), 1);
            await node.Maintenance.ScrubAsync(topic: null, Stop);

            // Changes have their turns, so the snapshot that the last one may have begun is done after one more.
            await Assert.ThrowsAsync<StreamLogException>(async () => await node.Admin.CreateTopicAsync("small"));
            environment.Time.Advance(TimeSpan.FromSeconds(61));
            unclean = Copy(environment.Disk);
        }

        return (Copy(environment.Disk), unclean, expected);
    }

    private static async Task FillAsync(
        StreamLogNode node,
        SimulatedEnvironment environment,
        DamageExpectation expected,
        TopicPartition target,
        int batches)
    {
        (long id, short epoch) = await RawProducing.InitProducerIdAsync(node.Broker, Stop);
        for (int i = 0; i < batches; i++)
        {
            SentBatch batch = new()
            {
                Target = target,
                ProducerId = id,
                ProducerEpoch = epoch,
                BaseSequence = i * 2,
                Values = [$"{target} {i} one {new string('.', 50)}", $"{target} {i} two"],
            };
            using RecordBuffer bytes = batch.ToBatch();
            ProduceAnswer answer =
                await RawProducing.ProduceAsync(node.Broker, target, bytes, Stop);
            Assert.Equal(ErrorCode.None, answer.ErrorCode);
            batch.BaseOffset = answer.BaseOffset;
            expected.LastBatch[target] = batch;
            if (i == batches / 2)
                environment.Time.Advance(TimeSpan.FromSeconds(61));
        }

        expected.Records.Add(target, await RawFetching.ReadAllAsync(node.Broker, target, 0, Stop));
    }

    private static async Task CommitAsync(
        StreamLogNode node, DamageExpectation expected, TopicPartition target, long offset)
    {
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = new() { [target] = new OffsetAndMetadata(offset) };
        await node.Admin.AlterGroupOffsetsAsync(PowerCutWorkload.Group, offsets, Stop);
        expected.Committed.Add(target, offset);
    }
}
