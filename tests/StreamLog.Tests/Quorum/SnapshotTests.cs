using System.Text;
using StreamLog.Protocol.Records;
using StreamLog.Quorum;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Quorum;

public sealed class SnapshotTests
{
    private const string Directory = "/data/__cluster_metadata-0";

    [Fact]
    public async Task A_start_begins_with_the_newest_snapshot_and_goes_on_with_the_log()
    {
        SimulatedDisk disk = new();
        QuorumHarness first = await QuorumHarness.StartAsync(disk);
        int epoch = await first.Quorum.CampaignAsync(CancellationToken.None);
        long end = await first.AppendAsync(epoch, 0, "a", "b");
        await first.SnapshotAsync(end, epoch, "ab");
        long later = await first.AppendAsync(epoch, end, "c");
        await first.AppendAsync(epoch, later, "d");

        QuorumHarness second = await QuorumHarness.StartAsync(disk.Crash());

        Assert.Equal((end, epoch), second.RestoredAt);
        Assert.Equal(["ab", "c", "d"], second.Heard);
        Assert.Equal([(end, epoch), (later, epoch)], second.HeardAt);
    }

    [Fact]
    public async Task A_snapshot_of_all_there_is_leaves_nothing_to_hear_but_what_follows()
    {
        SimulatedDisk disk = new();
        QuorumHarness first = await QuorumHarness.StartAsync(disk);
        int epoch = await first.Quorum.CampaignAsync(CancellationToken.None);
        long end = await first.AppendAsync(epoch, 0, "a");
        await first.SnapshotAsync(end, epoch, "A");

        QuorumHarness second = await QuorumHarness.StartAsync(disk.Crash());
        int next = await second.Quorum.CampaignAsync(CancellationToken.None);
        await second.AppendAsync(next, end, "b");

        Assert.Equal(["A", "b"], second.Heard);
    }

    [Fact]
    public async Task A_snapshot_is_a_run_of_batches_between_header_and_footer_as_Kafka_writes_it()
    {
        SimulatedDisk disk = new();
        QuorumHarness node = await QuorumHarness.StartAsync(disk);
        int epoch = await node.Quorum.CampaignAsync(CancellationToken.None);
        long end = await node.AppendAsync(epoch, 0, "a", "b");
        await node.SnapshotAsync(end, epoch, "x", "y", "z");

        byte[] bytes = disk.ReadAll($"{Directory}/{end:D20}-{epoch:D10}.checkpoint");

        List<(long Offset, int Epoch, string What)> records = [];
        RecordBatchEnumerator walk = new(bytes);
        while (walk.MoveNext())
        {
            Assert.True(RecordBatchHeader.HasValidCrc(walk.Current));
            using RecordReader reader = new(walk.Current);
            while (reader.MoveNext())
            {
                string what = walk.Header.IsControl
                    ? $"{ControlRecords.ReadType(reader.Current)} {Convert.ToHexString(reader.Current.Value)[..4]}"
                    : Encoding.UTF8.GetString(reader.Current.Value);
                records.Add((reader.Current.Offset, walk.Header.PartitionLeaderEpoch, what));
            }
        }

        Assert.Equal(bytes.Length, walk.NextPosition);
        Assert.Equal(
            [
                (0, epoch, "SnapshotHeader 0000"), (1, epoch, "x"), (2, epoch, "y"), (3, epoch, "z"),
                (4, epoch, "SnapshotFooter 0000"),
            ],
            records);
    }

    [Fact]
    public async Task The_log_is_given_up_to_the_older_one_of_two_snapshots()
    {
        SimulatedDisk disk = new();
        QuorumHarness node = await QuorumHarness.StartAsync(disk);
        int epoch = await node.Quorum.CampaignAsync(CancellationToken.None);
        List<long> ends = [];
        string state = "";
        for (char c = 'a'; c < 'f'; c++)
        {
            ends.Add(await node.AppendAsync(epoch, ends.LastOrDefault(), $"{c}"));
            await node.SnapshotAsync(ends[^1], epoch, state += c);
        }

        Assert.Equal(
            ends.TakeLast(2).Select(end => $"{end:D20}-{epoch:D10}.checkpoint"),
            disk.ListAll().Select(path => Path.GetFileName(path))
                .Where(name => name.EndsWith(".checkpoint", StringComparison.Ordinal)).Order());
        Assert.Equal(ends[^2], node.LogStartOffset);

        disk.LoseFile($"{Directory}/{ends[^1]:D20}-{epoch:D10}.checkpoint");
        QuorumHarness after = await QuorumHarness.StartAsync(disk.Crash());
        Assert.Equal(["abcd", "e"], after.Heard);
    }

    [Fact]
    public async Task A_log_that_lost_all_its_snapshots_is_refused_and_no_topic_is_taken_for_deleted()
    {
        SimulatedDisk disk = new();
        await WriteTwoAsync(disk);
        foreach (string path in disk.ListAll().Where(path => path.EndsWith(".checkpoint", StringComparison.Ordinal)))
            disk.LoseFile(path);

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
            () => QuorumHarness.StartAsync(disk.Crash()));

        Assert.Equal(ErrorCode.KafkaStorageError, refused.ErrorCode);
        Assert.Contains("snapshot", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_flipped_bit_of_the_newest_snapshot_is_seen_and_the_older_one_used()
    {
        SimulatedDisk disk = new();
        (SnapshotId older, SnapshotId newer) = await WriteTwoAsync(disk);
        string path = $"{Directory}/{newer.FileName}";
        int length = disk.ReadAll(path).Length;

        for (int bit = 0; bit < length * 8; bit++)
        {
            SimulatedDisk damaged = disk.Crash();
            damaged.FlipBit(path, bit / 8, bit % 8);
            QuorumHarness after = await QuorumHarness.StartAsync(damaged);
            Assert.Equal((older.EndOffset, older.Epoch), after.RestoredAt);
            Assert.Equal(["a", "b"], after.Heard);
        }

        for (int cut = 0; cut < length; cut++)
        {
            SimulatedDisk damaged = disk.Crash();
            damaged.CutFile(path, cut);
            QuorumHarness after = await QuorumHarness.StartAsync(damaged);
            Assert.Equal((older.EndOffset, older.Epoch), after.RestoredAt);
            Assert.Equal(["a", "b"], after.Heard);
        }
    }

    [Fact]
    public async Task A_damaged_snapshot_is_replaced_and_the_log_kept_that_the_sound_one_needs()
    {
        SimulatedDisk disk = new();
        (SnapshotId older, SnapshotId newer) = await WriteTwoAsync(disk);
        string damaged = $"{Directory}/{newer.FileName}";
        disk.FlipBit(damaged, 100, 1);

        SimulatedDisk left = disk.Crash();
        QuorumHarness again = await QuorumHarness.StartAsync(left);
        int epoch = await again.Quorum.CampaignAsync(CancellationToken.None);
        long last = await again.AppendAsync(epoch, newer.EndOffset, "c");
        await again.SnapshotAsync(last, epoch, "abc");

        Assert.Equal(older.EndOffset, again.LogStartOffset);
        Assert.DoesNotContain(damaged, left.ListAll());
        QuorumHarness after = await QuorumHarness.StartAsync(left.Crash());
        Assert.Equal(["abc"], after.Heard);
    }

    [Fact]
    public async Task A_full_disk_keeps_the_old_snapshot_and_the_log_and_a_later_one_is_written()
    {
        SimulatedDisk disk = new();
        QuorumHarness node = await QuorumHarness.StartAsync(disk);
        int epoch = await node.Quorum.CampaignAsync(CancellationToken.None);
        long end = await node.AppendAsync(epoch, 0, "a");
        disk.Faults.FillUpAfter(50);

        StreamLogException full = await Assert.ThrowsAsync<StreamLogException>(
            () => node.SnapshotAsync(end, epoch, "a"));
        Assert.Equal(ErrorCode.StorageFull, full.ErrorCode);
        Assert.DoesNotContain(disk.ListAll(), path => path.Contains(".checkpoint", StringComparison.Ordinal));

        disk.Faults.Clear();
        await node.SnapshotAsync(end, epoch, "a");
        QuorumHarness after = await QuorumHarness.StartAsync(disk.Crash());
        Assert.Equal(["a"], after.Heard);
        Assert.NotNull(after.RestoredAt);
    }

    [Theory]
    [InlineData("00000000000000004711-0000000002.checkpoint", 4711, 2)]
    [InlineData("00000000000000000000-2147483647.checkpoint", 0, int.MaxValue)]
    public void Names_say_where_a_snapshot_ends(string name, long endOffset, int epoch)
    {
        Assert.True(SnapshotId.TryParse(name, out SnapshotId id));
        Assert.Equal(new SnapshotId(endOffset, epoch), id);
        Assert.Equal(name, id.FileName);
    }

    [Theory]
    [InlineData("00000000000000004711-0000000002.checkpoint.part")]
    [InlineData("00000000000000004711-0000000002.checkpoint.deleted")]
    [InlineData("00000000000000004711-9999999999.checkpoint")]
    [InlineData("0000000000000004711-00000000021.checkpoint")]
    [InlineData("00000000000000004711+0000000002.checkpoint")]
    [InlineData("leader-epoch-checkpoint")]
    public void Other_names_are_no_snapshots(string name) => Assert.False(SnapshotId.TryParse(name, out _));

    private static async Task<(SnapshotId Older, SnapshotId Newer)> WriteTwoAsync(SimulatedDisk disk)
    {
        QuorumHarness node = await QuorumHarness.StartAsync(disk);
        int epoch = await node.Quorum.CampaignAsync(CancellationToken.None);
        long end = await node.AppendAsync(epoch, 0, "a");
        await node.SnapshotAsync(end, epoch, "a");
        long next = await node.AppendAsync(epoch, end, "b");
        await node.SnapshotAsync(next, epoch, "ab");
        return (new SnapshotId(end, epoch), new SnapshotId(next, epoch));
    }
}
