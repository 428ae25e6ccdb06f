using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage.Files;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Storage.Files;

public sealed class HandleCacheTests
{
    private readonly SimulatedDisk _disk = new();

    public HandleCacheTests() => _disk.CreateDirectory("/d");

    [Fact]
    public void No_more_handles_are_open_than_allowed_and_every_file_can_be_used()
    {
        HandleCache cache = new(_disk, handlesMax: 3);
        IFile[] files = [.. Enumerable.Range(0, 50).Select(i => Create(cache, $"/d/{i}", (byte)i))];

        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < files.Length; i++)
            {
                Assert.Equal([(byte)i], ReadAll(files[i]));
                Assert.InRange(cache.OpenCount, 1, 3);
            }
        }

        Assert.Equal(50, cache.FileCount);
        Array.ForEach(files, file => file.Dispose());
        Assert.Equal((0, 0), (cache.OpenCount, cache.FileCount));
    }

    [Fact]
    public void A_file_in_use_keeps_its_handle_before_one_that_is_not()
    {
        CountingFiles counted = new(_disk);
        HandleCache cache = new(counted, handlesMax: 3);
        IFile used = Create(cache, "/d/used", 1);
        IFile[] others = [.. Enumerable.Range(0, 20).Select(i => Create(cache, $"/d/{i}", 1))];
        foreach (IFile other in others)
        {
            ReadAll(used);
            ReadAll(other);
        }

        // One of three handles is always that of the file in use, so it was opened again once at most.
        Assert.InRange(counted.Opened("/d/used"), 1, 2);
    }

    [Fact]
    public void Bytes_that_were_not_flushed_are_flushed_before_the_handle_goes()
    {
        HandleCache cache = new(_disk, handlesMax: 1);
        using IFile first = Create(cache, "/d/a", 1);
        _disk.SyncDirectory("/");
        _disk.SyncDirectory("/d");
        first.Write([2], 1);

        using IFile second = Create(cache, "/d/b", 1);

        Assert.Equal([1, 2], _disk.Crash().ReadAll("/d/a"));
    }

    [Fact]
    public void An_error_of_that_flush_goes_to_the_owner_and_stays()
    {
        HandleCache cache = new(_disk, handlesMax: 1);
        using IFile first = Create(cache, "/d/a", 1);
        first.Write([2], 1);
        _disk.Faults.FailFlushes(path => path == "/d/a", times: 1);
        using IFile second = Create(cache, "/d/b", 1);
        ReadAll(second);

        Assert.Throws<FlushFailedException>(first.DataSync);
        Assert.Throws<FlushFailedException>(first.DataSync);
        Assert.Equal([1, 2], ReadAll(first));
        Assert.Throws<FlushFailedException>(first.DataSync);
    }

    [Fact]
    public async Task A_flush_that_failed_is_not_forgotten_with_the_handle()
    {
        HandleCache cache = new(_disk, handlesMax: 1);
        using IFile first = Create(cache, "/d/a", 1);
        first.Write([2], 1);
        _disk.Faults.FailFlushes(path => path == "/d/a", times: 1);
        await Assert.ThrowsAsync<FlushFailedException>(async () => await first.DataSyncAsync());

        using IFile second = Create(cache, "/d/b", 1);
        ReadAll(second);

        await Assert.ThrowsAsync<FlushFailedException>(async () => await first.DataSyncAsync());
        using IFile again = cache.Open("/d/a", FileOpenMode.Open);
        Assert.Throws<FlushFailedException>(again.DataSync);
    }

    [Fact]
    public void A_file_without_a_handle_is_found_under_its_new_name()
    {
        _disk.CreateDirectory("/d/p");
        HandleCache cache = new(_disk, handlesMax: 1);
        using IFile file = Create(cache, "/d/p/a", 1);
        using IFile other = Create(cache, "/d/b", 2);
        cache.Rename("/d/p/a", "/d/p/a.deleted");
        Create(cache, "/d/p/a", 3).Dispose();
        Assert.Equal([1], ReadAll(file));
        Assert.Equal([2], ReadAll(other));

        cache.Rename("/d/p", "/d/q");

        Assert.Equal([1], ReadAll(file));
        file.Write([4], 1);
        file.DataSync();
        Assert.Equal([1, 4], _disk.ReadAll("/d/q/a.deleted"));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("replace")]
    [InlineData("directory")]
    public void A_file_without_a_handle_can_be_read_after_its_name_is_gone(string how)
    {
        _disk.CreateDirectory("/d/p");
        HandleCache cache = new(_disk, handlesMax: 1);
        using IFile file = Create(cache, "/d/p/a", 1);
        Create(cache, "/d/p/new", 9).Dispose();
        using IFile other = Create(cache, "/d/b", 2);

        if (how == "delete")
            cache.DeleteFile("/d/p/a");
        else if (how == "replace")
            cache.Rename("/d/p/new", "/d/p/a");
        else
            cache.DeleteDirectory("/d/p");

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal([1], ReadAll(file));
            Assert.Equal([2], ReadAll(other));
        }
    }

    [Fact]
    public void A_file_seen_in_a_listing_is_opened_when_it_is_used()
    {
        CountingFiles counted = new(_disk);
        HandleCache cache = new(counted, handlesMax: 4);
        Create(cache, "/d/a", 7).Dispose();
        int before = counted.Opened("/d/a");

        using IFile file = cache.Attach("/d/a");
        Assert.Equal(before, counted.Opened("/d/a"));
        Assert.Equal([7], ReadAll(file));
        Assert.Equal(before + 1, counted.Opened("/d/a"));
    }

    [Fact]
    public void What_is_flushed_already_is_not_flushed_again()
    {
        CountingFiles counted = new(_disk);
        HandleCache cache = new(counted, handlesMax: 4);
        using IFile file = Create(cache, "/d/a", 1);
        int flushes = counted.Flushes;
        file.DataSync();
        Assert.Equal(flushes, counted.Flushes);

        file.Write([2], 1);
        file.DataSync();
        Assert.Equal(flushes + 1, counted.Flushes);
    }

    [Fact]
    public void A_process_without_handles_left_closes_some_and_goes_on()
    {
        CountingFiles counted = new(_disk) { OpenMax = 40 };
        HandleCache cache = new(counted, handlesMax: 1000);

        IFile[] files = [.. Enumerable.Range(0, 100).Select(i => Create(cache, $"/d/{i}", (byte)i))];

        for (int i = 0; i < files.Length; i++)
            Assert.Equal([(byte)i], ReadAll(files[i]));
        Assert.InRange(cache.OpenCount, 1, 40);
        Array.ForEach(files, file => file.Dispose());
        Assert.Equal(0, counted.OpenNow);
    }

    // Whoever flushes may have to open the file first, and would wait for the names to be free.
    [Fact]
    public void Nothing_is_flushed_while_a_name_changes()
    {
        CountingFiles counted = new(_disk) { OpenMax = 20 };
        HandleCache cache = new(counted, handlesMax: 1000);
        Create(cache, "/d/cold", 1).Dispose();
        using IFile cold = cache.Attach("/d/cold");
        IFile[] dirty = [.. Enumerable.Range(0, 20).Select(i => CreateDirty(cache, $"/d/{i}"))];
        int flushes = counted.Flushes;

        cache.DeleteFile("/d/cold");

        Assert.Equal(flushes, counted.Flushes);
        Array.ForEach(dirty, file => file.Dispose());
    }

    [Fact]
    public void A_name_can_change_while_a_file_is_flushed_to_make_room()
    {
        StepCountingFileSystem hooked = new(new CountingFiles(_disk) { OpenMax = 20 });
        HandleCache cache = new(hooked, handlesMax: 1000);
        IFile[] dirty = [.. Enumerable.Range(0, 20).Select(i => CreateDirty(cache, $"/d/{i}"))];
        bool? hasChanged = null;
        hooked.BeforeStep = (_, what) =>
        {
            if (hasChanged is not null || !what.StartsWith("flush", StringComparison.Ordinal))
                return;
            hasChanged = false;
            Thread change = new(() => cache.Rename("/d/0", "/d/renamed"));
            change.Start();
            hasChanged = change.Join(TimeSpan.FromSeconds(10));
        };

        using IFile opened = cache.Open("/d/new", FileOpenMode.CreateNew);

        Assert.True(hasChanged);
        Array.ForEach(dirty, file => file.Dispose());
    }

    // Goal: no call meets a handle that was taken from under it, and no file another one's bytes.
    // Method: threads read and write their own files and all rename theirs, over one handle.
    [Fact]
    public async Task Threads_that_take_handles_from_one_another_each_keep_their_own_bytes()
    {
        CountingFiles counted = new(_disk);
        HandleCache cache = new(counted, handlesMax: 2);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(() => Use(n))));
        Assert.Equal((0, 0), (cache.OpenCount, counted.OpenNow));

        void Use(int n)
        {
            string path = $"/d/{n}";
            using IFile file = Create(cache, path, (byte)n);
            for (int i = 1; i < 300; i++)
            {
                file.Write([(byte)(n + i)], i);
                if (i % 7 == 0)
                    file.DataSync();
                if (i % 11 == 0)
                    cache.Rename(path, path = $"/d/{n}-{i}");
                byte[] all = ReadAll(file);
                Assert.Equal(Enumerable.Range(0, i + 1).Select(k => (byte)(n + k)), all);
            }
        }
    }

    private static IFile Create(HandleCache cache, string path, params byte[] bytes)
    {
        IFile file = cache.Open(path, FileOpenMode.CreateNew);
        file.Write(bytes, 0);
        file.DataSync();
        return file;
    }

    private static IFile CreateDirty(HandleCache cache, string path)
    {
        IFile file = cache.Open(path, FileOpenMode.CreateNew);
        file.Write([1], 0);
        return file;
    }

    private static byte[] ReadAll(IFile file)
    {
        byte[] bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(bytes, 0));
        return bytes;
    }
}
