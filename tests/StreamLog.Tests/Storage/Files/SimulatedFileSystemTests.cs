using StreamLog.Extensibility;
using StreamLog.Simulation;

namespace StreamLog.Tests.Storage.Files;

public sealed class SimulatedFileSystemTests : FileSystemTests
{
    private readonly SimulatedDisk _disk = new();

    public SimulatedFileSystemTests() => _disk.CreateDirectory(Home);

    private protected override IFileSystem Files => _disk;

    private protected override string Home => "home";
}
