using StreamLog.Extensibility;
using Xunit;

namespace StreamLog.Tests.Storage.Files;

/// <summary>
/// What every file system does. One suite, run for the physical one, the one in memory and the simulated one.
/// </summary>
public abstract class FileSystemTests : FileTests
{

}
