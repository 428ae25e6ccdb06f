using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage.Files;

namespace StreamLog.Tests.Storage.Files;

/// <summary>The suite of all file systems over a cache that has room for one handle, so that each call takes it from
/// another file.</summary>
public sealed class HandleCacheFileSystemTests : FileSystemTests
{
    private readonly SimulatedDisk _disk = new();
    private readonly HandleCache _cache;

    public HandleCacheFileSystemTests()
    {
        _disk.CreateDirectory(Home);
        _cache = new HandleCache(_disk, handlesMax: 1);
    }

    private protected override IFileSystem Files => _cache;

    private protected override string Home => "/home";
}
