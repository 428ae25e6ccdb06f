using System.Diagnostics;
using Xunit;

namespace StreamLog.Tests.Node;

/// <summary>A disk of a few megabytes that really is full when it is full: a tmpfs of a size, gone with the
/// test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int PageBytes = 4096;

    private readonly string _mount;

    private SmallDisk(string mount) => _mount = mount;

    /// <summary>Gets where data may be put.</summary>
    public string DataDirectory => Path.Combine(_mount, "data");

    private string Ballast => Path.Combine(_mount, "ballast");

    /// <summary>Mounts a disk, or skips the test where that is not allowed.</summary>
    public static SmallDisk Mount(int mebibytes)
    {
        string mount = Directory.CreateTempSubdirectory("streamlog-small-disk-").FullName;
        bool isMounted = OperatingSystem.IsLinux()
            && Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", mount);
        if (!isMounted)
            Directory.Delete(mount);
        Assert.SkipUnless(isMounted, "Needs Linux and the right to mount a tmpfs: run as root.");
        return new SmallDisk(mount);
    }

    /// <summary>Takes all room but some pages.</summary>
    public void Fill(int pagesLeft)
    {
        long room = new DriveInfo(_mount).AvailableFreeSpace - ((long)pagesLeft * PageBytes);
        byte[] page = new byte[PageBytes];
        using FileStream ballast = new(Ballast, FileMode.Append);
        for (; room >= page.Length; room -= page.Length)
            ballast.Write(page);
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        // A process that has just let go of it may still hold it for a moment; the mount ends when that is over.
        Run("umount", "--lazy", _mount);
        Directory.Delete(_mount);
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // There is no such command.
        }
    }
}
