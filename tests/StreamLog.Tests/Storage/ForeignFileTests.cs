using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: what others have put into a data directory is neither taken for a log nor harmed.
public sealed class ForeignFileTests
{
    private const string Partition = "/data/orders-0";

    [Fact]
    public async Task Strange_files_and_directories_in_a_partition_are_passed_over()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        await before.Directory.DisposeAsync();
        string[] strange =
        [
            "thesis.tmp", "thesis.deleted", "42.log", "0000000000000000000x.log", "000000000000000000420.log",
            "notes.txt", ".log", ".tmp", "99999999999999999999.log",
        ];
        foreach (string name in strange)
            Create(disk, $"{Partition}/{name}");
        disk.CreateDirectory($"{Partition}/00000000000000000005.log");
        disk.CreateDirectory($"{Partition}/00000000000000000006.tmp");

        LogHarness after = new(disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]));

        Assert.Null(after.Log.Failure);
        Assert.Equal([(0, "a")], after.ReadAll());
        Assert.Equal(1, after.Append("b").BaseOffset);
        IReadOnlyList<FileSystemEntry> left = after.Environment.Files.List(Partition);
        Assert.Equal(strange.Order(), left.Select(entry => entry.Name).Intersect(strange).Order());
        Assert.Equal(2, left.Count(entry => entry.IsDirectory));
    }

    [Fact]
    public void What_an_unfinished_change_left_goes()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        before.Flush();
        string[] leftOvers =
        [
            "00000000000000000000.index.tmp", "00000000000000000007.log.deleted", "00000000000000000007.snapshot.tmp",
            "leader-epoch-checkpoint.tmp", "partition.metadata.tmp", "00000000000000000007.1.cut.tmp",
        ];
        foreach (string name in leftOvers)
            Create(disk, $"{Partition}/{name}");

        LogHarness after = new(disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]));

        Assert.Equal([(0, "a")], after.ReadAll());
        Assert.Empty(after.Environment.Files.List(Partition).Select(entry => entry.Name).Intersect(leftOvers));
    }

    [Fact]
    public void A_directory_that_only_has_a_partitions_name_is_not_filled()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        disk.CreateDirectory("/data/photos-0");
        Create(disk, "/data/photos-0/beach.jpeg");

        StreamLogException refused = Assert.Throws<StreamLogException>(
            () => log.Directory.OpenPartition(new TopicPartition("photos", 0), Guid.NewGuid(), new LogConfig()));

        Assert.Contains("beach.jpeg", refused.Message);
        Assert.Equal(["beach.jpeg"], disk.List("/data/photos-0").Select(entry => entry.Name));
        Assert.Null(log.Directory.FindTopic(new TopicPartition("photos", 0)));
        Assert.True(log.Log.IsOnline);
    }

    // A segment says nowhere whose it is, so it is held against what the log knows: where it begins, and its epochs.
    [Theory]
    [InlineData(2)] // Where the log's own segments are.
    [InlineData(500)] // Far beyond them.
    public void A_segment_of_another_partition_is_never_served_and_never_lost(long baseOffset)
    {
        SimulatedDisk disk = new();
        LogConfig small = new() { SegmentBytes = 100 };
        LogHarness before = new(disk, small);
        PartitionLog other = before.Directory.OpenPartition(new TopicPartition("other", 0), Guid.NewGuid(), small);
        for (int i = 0; i < 4; i++)
        {
            before.Append("mine");
            using StreamLog.Protocol.RecordBuffer batch = LogHarness.Batch("theirs");
            other.AppendAsLeader(batch, 0);
        }

        before.Flush();
        before.Directory.Tick();
        byte[] theirs = disk.ReadAll("/data/other-0/00000000000000000001.log");
        SimulatedDisk left = disk.Crash();
        string path = $"{Partition}/{baseOffset:D20}.log";
        using (IFile file = left.Open(path, FileOpenMode.OpenOrCreate))
        {
            file.SetLength(0);
            file.Write(theirs, 0);
            file.DataSync();
        }

        left.SyncDirectory(Partition);

        LogHarness after = new(left, small);

        if (baseOffset == 500)
        {
            Assert.All(after.ReadAll(), record => Assert.Equal("mine", record.Value));
        }
        else
        {
            StreamLogException refused = Assert.Throws<StreamLogException>(() => after.ReadAll());
            Assert.Contains($"{path} is corrupt at byte 0 (offset 2", refused.Message);
        }

        Assert.Contains(
            left.ListAll(), file => file.Contains($"{baseOffset:D20}", StringComparison.Ordinal)
                && left.ReadAll(file).AsSpan().SequenceEqual(theirs));
    }

    private static void Create(SimulatedDisk disk, string path)
    {
        using IFile file = disk.Open(path, FileOpenMode.CreateNew);
        file.Write("not a log"u8, 0);
    }
}
