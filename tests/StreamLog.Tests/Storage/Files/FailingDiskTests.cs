using System.Diagnostics;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage.Files;

/// <summary>The physical file system over a kernel that reports errors, and beside processes that die.</summary>
/// <remarks>
/// .NET's own flush reports no error on Linux, so nothing short of a failing system call shows that ours does. strace
/// makes the calls of a child process fail.
/// </remarks>
public sealed class FailingDiskTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("streamlog-test-");

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public void An_error_of_fdatasync_fails_the_flush_and_all_later_ones_of_the_file(string how)
    {
        // The first flush of a new file is an fsync, so the first fdatasync is the second flush. strace counts for each
        // thread, and a flush may run on any of the flush threads: only the first call is the same one for all.
        string[] lines = RunUnderStrace(
            "fdatasync:error=EIO:when=1", "flush", Path.Combine(_home.FullName, "a"), "3", how);

        Assert.Equal(
            [
                "flush 1: done", "flush 2: failed with 5", "flush 3: failed with 5",
                "flush of another handle: failed with 5",
            ],
            lines);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public void An_error_of_fsync_fails_the_flush_of_a_new_file(string how)
    {
        string[] lines = RunUnderStrace("fsync:error=EIO:when=1", "flush", Path.Combine(_home.FullName, "a"), "2", how);

        Assert.Equal(
            ["flush 1: failed with 5", "flush 2: failed with 5", "flush of another handle: failed with 5"], lines);
    }

    [Fact]
    public void A_full_disk_that_shows_at_the_flush_fails_it_too()
    {
        string[] lines = RunUnderStrace(
            "fsync:error=ENOSPC:when=1", "flush", Path.Combine(_home.FullName, "a"), "1", "sync");

        Assert.Equal(["flush 1: failed with 28", "flush of another handle: failed with 28"], lines);
    }

    [Fact]
    public void An_interrupted_flush_goes_on()
    {
        string[] lines = RunUnderStrace(
            "fsync,fdatasync:error=EINTR:when=1", "flush", Path.Combine(_home.FullName, "a"), "3", "sync");

        Assert.Equal(
            ["flush 1: done", "flush 2: done", "flush 3: done", "flush of another handle: done"], lines);
    }

    [Fact]
    public void An_error_of_fsync_fails_the_sync_of_a_directory()
    {
        Assert.Equal(
            ["sync: failed with 5"], RunUnderStrace("fsync:error=EIO:when=1", "sync-directory", _home.FullName));
        Assert.Equal(["sync: done"], RunUnderStrace("fsync:error=EIO:when=2", "sync-directory", _home.FullName));
    }

    [Fact]
    public void A_lock_of_another_process_is_respected_and_ends_with_that_process()
    {
        string path = Path.Combine(_home.FullName, ".lock");
        using PhysicalFileSystem files = new();
        using Process child = Start(ChildPath, ["lock", path]);
        Assert.Equal("locked", child.StandardOutput.ReadLine());
        Assert.Null(files.TryLock(path));

        child.Kill();
        child.WaitForExit();

        using IDisposable? held = files.TryLock(path);
        Assert.NotNull(held);
        using Process second = Start(ChildPath, ["lock", path]);
        Assert.Equal("refused", second.StandardOutput.ReadLine());
        second.StandardInput.Close();
        second.WaitForExit();
    }

    private static string ChildPath => Path.Combine(
        AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "StreamLog.CrashChild.exe" : "StreamLog.CrashChild");

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static string[] RunUnderStrace(string injection, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "System calls are made to fail on Linux alone.");
        bool isThere = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Any(directory => File.Exists(Path.Combine(directory, "strace")));
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.True(isThere, "strace is missing. Install it (apt-get install strace): CI does without no check.");
        else
            Assert.SkipUnless(isThere, "strace is missing, without which no system call can be made to fail.");

        // Only what is traced can be made to fail. The trace itself goes to the standard error.
        using Process child = Start(
            "strace",
            ["-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "inject=" + injection, ChildPath, .. arguments]);
        child.StandardInput.Close();
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"The child ended with {child.ExitCode}: {errors.GetAwaiter().GetResult()}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
