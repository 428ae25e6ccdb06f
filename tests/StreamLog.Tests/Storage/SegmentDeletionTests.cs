using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Storage;

// What becomes of the files of segments that are trimmed while the disk lets nobody change names.
public sealed class SegmentDeletionTests
{
    private const string Folder = "/data/orders-0";

    private readonly SimulatedDisk _disk = new();
    private readonly StepCountingFileSystem _files;
    private readonly LogHarness _log;

    public SegmentDeletionTests()
    {
        _files = new StepCountingFileSystem(_disk);
        _log = new LogHarness(_files, new LogConfig { SegmentBytes = 100, FileDeleteDelayMs = 10_000 });
        foreach (string value in (string[])["a", "b", "c", "d"])
            _log.Append(value);
        _log.Flush();
    }

    [Fact]
    public void One_segment_that_cannot_be_taken_away_holds_up_no_other_and_is_tried_again()
    {
        FailAt(what => !what.StartsWith("open", StringComparison.Ordinal) && what.Contains(PathOf(0)), isFull: false);

        _log.Log.TrimTo(3);

        Assert.True(_log.Log.IsOnline);
        Assert.Equal([(3, "d")], _log.ReadAll());
        Assert.Equal([PathOf(0), PathOf(3)], Logs());
        _files.BeforeStep = null;
        _log.Environment.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([PathOf(3)], Logs());
        Assert.DoesNotContain(_disk.ListAll(), path => path.EndsWith(LogFileNames.Deleted, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_left_of_a_trim_by_a_crash_goes_at_the_next_start()
    {
        FailAt(what => !what.StartsWith("open", StringComparison.Ordinal) && what.Contains(PathOf(1)), isFull: false);
        _log.Log.TrimTo(3);
        Assert.Equal([PathOf(1), PathOf(3)], Logs());

        SimulatedDisk left = _disk.Crash();
        LogHarness after = new(left, _log.Config);

        Assert.Equal([(3, "d")], after.ReadAll());
        Assert.Equal([PathOf(3)], left.ListAll().Where(IsLog));
    }

    // A name that is changed may need a block of its own in the directory.
    [Fact]
    public void A_disk_too_full_to_change_names_loses_the_files_at_once()
    {
        FailAt(what => what.StartsWith("rename", StringComparison.Ordinal) && what.Contains(".log"), isFull: true);

        _log.Log.TrimTo(3);

        Assert.Equal([PathOf(3)], Logs());
        Assert.DoesNotContain(_disk.ListAll(), path => path.EndsWith(LogFileNames.Deleted, StringComparison.Ordinal));
        _files.BeforeStep = null;
        Assert.Equal([(3, "d")], new LogHarness(_disk.Crash(), _log.Config).ReadAll());
    }

    [Fact]
    public void What_cannot_be_removed_when_it_is_time_is_removed_later()
    {
        _log.Log.TrimTo(3);
        FailAt(what => what.StartsWith("delete", StringComparison.Ordinal), isFull: false);
        _log.Environment.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains(PathOf(0) + LogFileNames.Deleted, _disk.ListAll());

        _files.BeforeStep = null;
        _log.Environment.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(_disk.ListAll(), path => path.EndsWith(LogFileNames.Deleted, StringComparison.Ordinal));
    }

    // The names that are still to go are those of the partition that comes after.
    [Fact]
    public void What_is_tried_again_is_forgotten_with_the_partition()
    {
        FailAt(what => !what.StartsWith("open", StringComparison.Ordinal) && what.Contains(PathOf(0)), isFull: false);
        _log.Log.TrimTo(3);
        _files.BeforeStep = null;

        _log.Directory.DeletePartitions([LogHarness.Orders]);
        PartitionLog next = _log.Directory.OpenPartition(LogHarness.Orders, Guid.Empty, _log.Config);
        _log.Environment.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal([PathOf(0)], Logs());
        Assert.True(next.IsOnline);
    }

    private void FailAt(Func<string, bool> isStep, bool isFull) => _files.BeforeStep = (_, what) =>
    {
        if (isStep(what))
            throw isFull ? StorageErrors.DiskFull(what) : new IOException($"Cannot {what}.");
    };

    private IEnumerable<string> Logs() => _disk.ListAll().Where(IsLog);

    private static bool IsLog(string path) => path.EndsWith(LogFileNames.Log, StringComparison.Ordinal)
        && path.StartsWith(Folder, StringComparison.Ordinal);

    private static string PathOf(long baseOffset) => LogFileNames.PathOf(Folder, baseOffset, LogFileNames.Log);
}
