using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Simulation;

public sealed class SimulatedDiskTests
{
    private readonly SimulatedDisk _disk = new();

    private IFile Durable(string path, params byte[] bytes)
    {
        IFile file = _disk.Open(path, FileOpenMode.CreateNew);
        file.Write(bytes, 0);
        file.DataSync();
        _disk.SyncDirectory("/");
        return file;
    }

    private static string Say(SimulatedDisk disk, string path) =>
        disk.FileExists(path) ? string.Join(",", disk.ReadAll(path)) : "none";

    [Fact]
    public void What_was_synced_survives_and_nothing_else_need()
    {
        using IFile file = Durable("a", 1, 2);
        file.Write([3], 2);
        _disk.Open("b", FileOpenMode.CreateNew).Dispose();

        SimulatedDisk left = _disk.Crash();

        Assert.Equal("1,2", Say(left, "a"));
        Assert.False(left.FileExists("b"));
        Assert.Equal(0, left.UnsyncedOperationCount);
        Assert.Equal("1,2,3", Say(_disk, "a"));
    }

    [Fact]
    public void A_file_whose_name_was_not_synced_is_gone_though_its_bytes_were()
    {
        using IFile file = _disk.Open("a", FileOpenMode.CreateNew);
        file.Write([1], 0);
        file.DataSync();

        Assert.Equal(["create a"], _disk.UnsyncedOperations);
        Assert.Equal("none", Say(_disk.Crash(), "a"));
        Assert.Equal("1", Say(_disk.Crash([true]), "a"));
    }

    [Fact]
    public void A_name_whose_bytes_were_not_synced_is_an_empty_file_or_has_any_of_its_bytes()
    {
        using IFile file = _disk.Open("a", FileOpenMode.CreateNew);
        _disk.SyncDirectory("/");
        file.Write([1, 2], 0);

        Assert.Equal(["extend a to 2", "write a 0+2"], _disk.UnsyncedOperations);
        Assert.Equal(
            ["", "0,0", "1,2"],
            _disk.CrashExhaustively().Select(left => Say(left, "a")).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 19)]
    public void A_write_is_split_where_the_platter_splits_it(bool splitAtSectors, int operations)
    {
        SimulatedDisk disk = new(splitAtSectors);
        using IFile file = disk.Open("a", FileOpenMode.CreateNew);
        disk.SyncDirectory("/");

        file.Write(new byte[9000], 100);

        Assert.Equal(operations, disk.UnsyncedOperationCount);
    }

    [Fact]
    public void A_later_page_may_survive_without_an_earlier_one()
    {
        using IFile file = Durable("a");
        file.Write([.. Enumerable.Repeat((byte)7, 8192)], 0);

        SimulatedDisk left = _disk.Crash([false, false, true]);

        byte[] bytes = left.ReadAll("a");
        Assert.Equal(new byte[4096], bytes[..4096]);
        Assert.All(bytes[4096..], value => Assert.Equal(7, value));
    }

    [Fact]
    public void A_rename_survives_whole_or_not_at_all()
    {
        Durable("final", 1).Dispose();
        Durable("tmp", 2).Dispose();
        _disk.Rename("tmp", "final");

        Assert.Equal("2", Say(_disk, "final"));
        Assert.Equal(
            ["1/2", "2/none"],
            _disk.CrashExhaustively().Select(left => $"{Say(left, "final")}/{Say(left, "tmp")}"));
        _disk.SyncDirectory("/");
        Assert.Equal("2", Say(_disk.Crash(), "final"));
    }

    [Fact]
    public void A_rename_into_another_directory_needs_the_sync_of_both()
    {
        _disk.CreateDirectory("d");
        Durable("a", 1).Dispose();
        _disk.Rename("a", "d/a");

        _disk.SyncDirectory("d");
        Assert.Equal("1", Say(_disk.Crash(), "a"));
        _disk.SyncDirectory("/");
        Assert.Equal("1", Say(_disk.Crash(), "d/a"));
        Assert.Equal("none", Say(_disk.Crash(), "a"));
    }

    [Fact]
    public void Replacing_a_file_without_syncing_its_bytes_can_lose_both_versions()
    {
        Durable("final", 1).Dispose();
        using (IFile file = _disk.Open("tmp", FileOpenMode.CreateNew))
            file.Write([2], 0);

        _disk.Rename("tmp", "final");
        _disk.SyncDirectory("/");

        Assert.Equal(["", "0", "2"], _disk.CrashExhaustively().Select(left => Say(left, "final")).Distinct().Order());
    }

    [Fact]
    public void A_deletion_that_was_not_synced_may_come_undone()
    {
        Durable("a", 1).Dispose();
        _disk.DeleteFile("a");

        Assert.Equal(["1", "none"], _disk.CrashExhaustively().Select(left => Say(left, "a")));
    }

    [Fact]
    public void A_directory_tree_that_was_not_synced_is_gone()
    {
        _disk.CreateDirectory("x/y");
        _disk.SyncDirectory("x");

        Assert.False(_disk.Crash().DirectoryExists("x"));
        _disk.SyncDirectory("/");
        Assert.True(_disk.Crash().DirectoryExists("x/y"));
    }

    [Fact]
    public void Up_to_ten_operations_crash_in_all_ways_and_more_in_as_many_as_asked_for()
    {
        using IFile file = Durable("a", new byte[100]);
        for (int i = 0; i < 10; i++)
            file.Write([1], i);

        string[] outcomes = [.. _disk.CrashExhaustively().Select(left => Say(left, "a"))];
        Assert.Equal(1024, outcomes.Length);
        Assert.Equal(1024, outcomes.Distinct().Count());

        file.Write([1], 10);
        outcomes = [.. _disk.CrashExhaustively(subsets: 50).Select(left => Say(left, "a"))];
        Assert.Equal(52, outcomes.Length);
        Assert.Equal(outcomes, _disk.CrashExhaustively(subsets: 50).Select(left => Say(left, "a")));
        Assert.True(outcomes.Distinct().Count() > 40);
    }

    [Fact]
    public void In_order_the_first_few_operations_survive()
    {
        using IFile file = Durable("a", 0, 0, 0);
        for (int i = 0; i < 3; i++)
            file.Write([1], i);

        CrashOptions ordered = new() { IsOrdered = true };
        string[] prefixes = ["0,0,0", "1,0,0", "1,1,0", "1,1,1"];

        Assert.Equal(prefixes, _disk.CrashExhaustively(options: ordered).Select(left => Say(left, "a")));
        Assert.All(
            Enumerable.Range(1, 50).Select(seed => Say(_disk.Crash((ulong)seed, ordered), "a")),
            outcome => Assert.Contains(outcome, prefixes));
    }

    [Fact]
    public void A_torn_write_ends_at_a_sector_and_garbage_stays_where_the_write_was_to_go()
    {
        using IFile file = Durable("a", [.. Enumerable.Repeat((byte)1, 8192)]);
        file.Write([.. Enumerable.Repeat((byte)2, 4000)], 4100);

        CrashOptions options = new() { CanTear = true, CanLeaveGarbage = true };
        byte[][] outcomes = [.. _disk.CrashExhaustively(300, options).Select(left => left.ReadAll("a"))];

        Assert.All(outcomes, bytes => Assert.All(bytes[..4100].Concat(bytes[8100..]), value => Assert.Equal(1, value)));
        int[] torn = [.. outcomes.Where(bytes => bytes[4100] == 2 && bytes[8099] == 1)
            .Select(bytes => Array.FindIndex(bytes, 4100, value => value == 1)).Distinct()];
        Assert.NotEmpty(torn);
        Assert.All(torn, end => Assert.Equal(0, end % 512));
        Assert.Contains(outcomes, bytes => bytes[4100..8100].Any(value => value > 2));
        Assert.Contains(
            _disk.CrashExhaustively(300, options),
            left => left.Origin.Contains("torn: write a 4100+4000", StringComparison.Ordinal));
    }

    // Goal: a sweep that cuts at each count below the total stops the workload at each of its changes, once.
    [Fact]
    public void The_power_is_cut_at_each_change()
    {
        Work(_disk);
        List<string> stops = [];
        for (long cut = 0; cut < _disk.MutationCount; cut++)
        {
            SimulatedDisk disk = new();
            disk.CutPowerAfter(cut);
            PowerCutException stop = Assert.Throws<PowerCutException>(() => Work(disk));
            stops.Add(stop.Message);
            Assert.Equal(cut, disk.MutationCount);
            Assert.Throws<PowerCutException>(() => disk.SyncDirectory("/"));
        }

        Assert.Equal(
            [
                "create directory d", "open d/a", "write d/a 0+1", "set length of d/a to 5", "sync d/a",
                "sync directory d", "rename d/a to d/b", "delete d/b", "delete d",
            ],
            stops.Select(stop => stop["The power was cut before this happened: ".Length..^1]));

        static void Work(SimulatedDisk disk)
        {
            disk.CreateDirectory("d");
            using IFile file = disk.Open("d/a", FileOpenMode.CreateNew);
            file.Write([1], 0);
            file.SetLength(5);
            file.DataSync();
            disk.SyncDirectory("d");
            disk.Rename("d/a", "d/b");
            disk.DeleteDirectory("d");
        }
    }

    [Fact]
    public async Task After_a_failed_flush_the_bytes_are_read_until_the_crash_and_gone_then()
    {
        using IFile file = Durable("a", 1);
        file.Write([2], 1);
        _disk.Faults.FailFlushes(path => path == "a", times: 1);

        FlushFailedException failed = Assert.Throws<FlushFailedException>(file.DataSync);
        Assert.Equal(5, failed.SystemError);
        Assert.Throws<FlushFailedException>(file.DataSync);
        await Assert.ThrowsAsync<FlushFailedException>(async () => await file.DataSyncAsync());

        // A handle that is opened once all others are closed knows nothing of it: its flush succeeds, without the
        // bytes.
        file.Dispose();
        using IFile again = _disk.Open("a", FileOpenMode.Open);
        again.DataSync();
        Assert.Equal("1,2", Say(_disk, "a"));
        Assert.Equal("1", Say(_disk.Crash(), "a"));
        Assert.Equal(0, _disk.UnsyncedOperationCount);
    }

    [Fact]
    public void Reads_and_writes_fail_where_and_as_often_as_they_are_told_to()
    {
        using IFile file = Durable("a", 1);
        using IFile other = Durable("b", 1);
        _disk.Faults.FailWrites(path => path == "a", times: 2);
        _disk.Faults.FailReads(path => path == "b");

        Assert.Equal(5, Assert.Throws<IOException>(() => file.Write([2], 0)).HResult);
        Assert.Throws<IOException>(() => file.SetLength(0));
        file.Write([3], 0);
        other.Write([3], 0);
        Assert.Equal(1, file.Read(new byte[1], 0));
        Assert.Throws<IOException>(() => other.Read(new byte[1], 0));
        _disk.Faults.Clear();
        Assert.Equal(1, other.Read(new byte[1], 0));
    }

    [Fact]
    public void A_full_disk_takes_the_first_bytes_of_the_write_that_fills_it()
    {
        using IFile file = Durable("a", 1, 1);
        _disk.Faults.FillUpAfter(3);

        IOException full = Assert.Throws<IOException>(() => file.Write([2, 2, 2, 2, 2], 1));

        Assert.True(StorageErrors.IsDiskFull(full));
        Assert.Equal("1,2,2,2,2", Say(_disk, "a"));
        Assert.Equal(0, _disk.AvailableBytes("/"));
        file.Write([3], 0);
        file.SetLength(1);
        _disk.Faults.Clear();
        file.Write([4, 4], 1);
        Assert.Equal("3,4,4", Say(_disk, "a"));
    }

    [Fact]
    public void Rot_is_read_at_once_and_after_a_crash()
    {
        using IFile file = Durable("a", 1, 2, 3);

        _disk.FlipBit("a", 1, 7);
        Assert.Equal("1,130,3", Say(_disk, "a"));
        Assert.Equal("1,130,3", Say(_disk.Crash(), "a"));
        _disk.FlipBit("a", 1, 7);
        _disk.CutFile("a", 2);
        Assert.Equal("1,2", Say(_disk.Crash(), "a"));
        _disk.LoseFile("a");
        Assert.False(_disk.FileExists("a"));
        Assert.False(_disk.Crash().FileExists("a"));
    }

    [Fact]
    public async Task Held_flushes_complete_on_release_with_what_was_written_before()
    {
        using IFile file = Durable("a", 1);
        _disk.HoldFlushes();
        file.Write([2], 1);
        Task flush = file.DataSyncAsync().AsTask();
        Assert.False(flush.IsCompleted);
        Assert.Equal("1", Say(_disk.Crash(), "a"));

        _disk.ReleaseFlushes();

        Assert.True(flush.IsCompletedSuccessfully);
        await flush;
        Assert.Equal("1,2", Say(_disk.Crash(), "a"));
    }

    [Fact]
    public void A_crash_frees_locks_and_leaves_no_faults()
    {
        Assert.NotNull(_disk.TryLock("lock"));
        _disk.SyncDirectory("/");
        _disk.Faults.FailWrites(_ => true);
        _disk.CutPowerAfter(0);

        SimulatedDisk left = _disk.Crash();

        Assert.NotNull(left.TryLock("lock"));
        using IFile file = left.Open("a", FileOpenMode.CreateNew);
        file.Write([1], 0);
        Assert.Equal(["/a", "/lock"], left.ListAll());
    }
}
