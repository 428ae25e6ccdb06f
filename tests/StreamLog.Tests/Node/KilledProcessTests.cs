using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a process killed with SIGKILL under load has kept what it acknowledged, in order, once: a kill takes no page
// cache with it, so this holds for both durabilities.
// Method: a child appends from several tasks and says what was acknowledged; it is killed after a seeded number of
// acknowledgements, 50 times on one directory. In every other round the check runs on a copy, so that the next child
// recovers from the kill itself.
public sealed class KilledProcessTests : NodeTest
{
    private const int Kills = 50;
    private const int AcknowledgementsMax = 300;

    private readonly Dictionary<TopicPartition, Dictionary<long, string>> _acknowledged = [];

    [Fact]
    public async Task What_was_acknowledged_survives_fifty_kills()
    {
        using TrialDirectory directory = new();
        Random random = new(50);
        for (int run = 0; run < Kills; run++)
        {
            await KillAfterAsync(directory.Path, run, random.Next(1, AcknowledgementsMax));
            if (run % 2 == 0)
            {
                using TrialDirectory copy = directory.Copy();
                await VerifyAsync(copy.Path);
            }
            else
            {
                await VerifyAsync(directory.Path);
            }
        }

        Assert.Equal(6, _acknowledged.Count);
        Assert.True(_acknowledged.Values.Sum(partition => partition.Count) > Kills);
    }

    private async Task KillAfterAsync(string directory, int run, int acknowledgements)
    {
        using ChildProcess child = ChildProcess.Start(["load", directory, $"{run}"]);
        int heard = 0;
        bool isKilled = false;
        while (await child.Output.ReadLineAsync(Stop) is { } line)
        {
            // The last line may have been cut off in the middle; then it is shorter than it says.
            string[] parts = line.Split(' ');
            if (parts is ["ack", string topic, string partition, string offset, string value] && value.EndsWith('.'))
            {
                Remember(new TopicPartition(topic, Number(partition)), Number(offset), value);
                heard++;
            }

            if (heard >= acknowledgements && !isKilled)
            {
                isKilled = true;
                child.Kill();
            }
        }

        Assert.True(isKilled, $"The child of run {run} ended by itself after {heard} acknowledgements.");
    }

    private void Remember(TopicPartition partition, long offset, string value)
    {
        if (!_acknowledged.TryGetValue(partition, out Dictionary<long, string>? values))
            _acknowledged.Add(partition, values = []);

        Assert.True(values.TryAdd(offset, value), $"{partition}@{offset} was acknowledged twice.");
    }

    private async Task VerifyAsync(string directory)
    {
        await using StreamLogNode node =
            await StreamLogNode.StartAsync(new StreamLogOptions { DataDirectory = directory }, cancellationToken: Stop);
        foreach (Partition partition in node.Topics.SelectMany(topic => topic.Partitions))
            Assert.True(partition.IsOnline, $"{partition.TopicPartition} is offline: {partition.Failure?.Message}");

        HashSet<string> seen = [];
        foreach ((TopicPartition partition, Dictionary<long, string> acknowledged) in _acknowledged)
        {
            List<StoredRecord> stored = await RawFetching.ReadAllAsync(node.Broker, partition, 0, Stop);
            Dictionary<string, int> lastOf = [];
            for (int i = 0; i < stored.Count; i++)
            {
                StoredRecord record = stored[i];
                Assert.Equal(i, record.Offset);
                Assert.True(seen.Add(record.Value!), $"{record.Value} is there twice.");
                string[] parts = record.Value!.TrimEnd('.').Split(':');
                string source = $"{parts[0]}:{parts[1]}";
                Assert.True(
                    !lastOf.TryGetValue(source, out int last) || Number(parts[2]) > last,
                    $"{record.Value} is out of order.");
                lastOf[source] = Number(parts[2]);
            }

            foreach ((long offset, string value) in acknowledged)
            {
                Assert.True(offset < stored.Count, $"{partition}@{offset} is acknowledged, the end is {stored.Count}.");
                Assert.Equal(value, stored[(int)offset].Value);
            }
        }
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
