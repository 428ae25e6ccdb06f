using Xunit;

namespace StreamLog.Tests.Architecture;

/// <summary>A test stands in the folder of what it tests, so that it is found from there.</summary>
public sealed class TestFolderTests
{
    /// <summary>Folders for what is no folder of a package: the form of the code, the engine's root, samples, pages.
    /// </summary>
    private static readonly string[] Others =
        ["Architecture", "Hosting", "Samples", "Documentation", "Generators", "Node", "Simulation"];

    [Fact]
    public void Test_folders_mirror_the_source_folders()
    {
        string root = Path.Combine(SourceTree.RepositoryRoot, "tests", "StreamLog.Tests");
        string[] folders = [.. SourceTree.FilesBelow("tests/StreamLog.Tests").Select(file =>
            Path.GetRelativePath(root, Path.GetDirectoryName(file)!)).Distinct()];

        Assert.Contains("Architecture", folders);
        Assert.All(folders, folder => Assert.True(IsMirrored(folder), $"No package has a folder {folder}."));
    }

    [Theory]
    [InlineData("Storage", true)]
    [InlineData("Storage/Files", true)]
    [InlineData("Architecture", true)]
    [InlineData("Records", true)]
    [InlineData("Protocol/Records", true)]
    [InlineData("Protocol/Storage", false)]
    [InlineData("Storag", false)]
    [InlineData("Storage/Elsewhere", false)]
    public void A_folder_that_mirrors_nothing_is_found(string folder, bool isMirrored) =>
        Assert.Equal(isMirrored, IsMirrored(folder));

    // "." is the project's root, where what serves all tests stands.
    private static bool IsMirrored(string folder) =>
        folder == "." || Others.Contains(folder.Split('/')[0]) ||
        SourceTree.Projects.Any(project => Directory.Exists(Path.Combine(SourceTree.Root(project), folder)) ||
            Directory.Exists(Path.Combine(SourceTree.RepositoryRoot, "src", $"StreamLog.{folder}")));
}
