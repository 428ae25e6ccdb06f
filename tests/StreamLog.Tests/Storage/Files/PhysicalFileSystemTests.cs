using System.Diagnostics;
using System.Globalization;
using StreamLog.Extensibility;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage.Files;

public sealed class PhysicalFileSystemTests : FileSystemTests, IDisposable
{
    private readonly PhysicalFileSystem _files = new();
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("streamlog-test-");

    private protected override IFileSystem Files => _files;

    private protected override string Home => _home.FullName;

    public void Dispose()
    {
        _files.Dispose();
        _home.Delete(recursive: true);
    }

    [Fact]
    public void A_lock_file_names_the_process_that_holds_it()
    {
        string path = Path.Combine(Home, ".lock");
        using (_files.TryLock(path))
        {
        }

        Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_lock_is_seen_by_another_file_system_of_the_machine()
    {
        using PhysicalFileSystem other = new();
        using IDisposable? held = _files.TryLock(Path.Combine(Home, ".lock"));

        Assert.NotNull(held);
        Assert.Null(other.TryLock(Path.Combine(Home, ".lock")));
    }

    [Fact]
    public async Task A_flush_that_was_asked_for_is_done_though_the_file_is_closed_meanwhile()
    {
        for (int i = 0; i < 200; i++)
        {
            IFile file = _files.Open(Path.Combine(Home, "a" + i), FileOpenMode.CreateNew);
            file.Write([1], 0);
            ValueTask flush = file.DataSyncAsync();
            file.Dispose();

            await flush;
        }
    }

    [Fact]
    public async Task An_asynchronous_flush_completes_on_a_flush_thread()
    {
        using IFile file = _files.Open(Path.Combine(Home, "a"), FileOpenMode.CreateNew);
        file.Write(new byte[1 << 20], 0);

        // What a task runs inline shows who completed it. One that was complete too early to tell is tried again.
        for (int i = 0; i < 100; i++)
        {
            Task flush = file.DataSyncAsync().AsTask();
            bool wasPending = !flush.IsCompleted;
            string? name = await flush.ContinueWith(
                _ => Thread.CurrentThread.Name,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            if (wasPending && name?.StartsWith("StreamLog flush", StringComparison.Ordinal) == true)
                return;
        }

        Assert.Fail("No flush completed on a flush thread.");
    }

    [Fact]
    public async Task A_disposed_file_system_flushes_what_was_asked_for_and_nothing_more()
    {
        using PhysicalFileSystem files = new();
        using IFile file = files.Open(Path.Combine(Home, "a"), FileOpenMode.CreateNew);
        file.Write([1], 0);
        ValueTask flush = file.DataSyncAsync();

        files.Dispose();

        await flush;
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await file.DataSyncAsync());
    }

    [Fact]
    public void Preallocation_sets_disk_space_aside()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Space is set aside on Linux alone.");
        string path = Path.Combine(Home, "a");

        using IFile file = _files.Open(path, FileOpenMode.CreateNew, preallocate: 64 << 20);

        file.Preallocate(64 << 20, 16 << 20);

        Assert.Equal(0, file.Length);
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%b", path])
        {
            RedirectStandardOutput = true,
        })!;
        long blocks = long.Parse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        Assert.True(blocks * 512 >= 80 << 20, $"{blocks} blocks of 512 bytes are set aside.");
    }

    // Goal: as many flushes as files, each complete, none lost, over threads that start, idle and wake.
    [Fact]
    public async Task Many_files_flush_beside_one_another()
    {
        IFile[] open = [.. Enumerable.Range(0, 20).Select(i =>
            _files.Open(Path.Combine(Home, "f" + i), FileOpenMode.CreateNew))];
        for (int round = 0; round < 10; round++)
        {
            foreach (IFile file in open)
                file.Write([1], round);

            await Task.WhenAll(open.Select(file => file.DataSyncAsync().AsTask()));
        }

        foreach (IFile file in open)
            file.Dispose();
    }
}
