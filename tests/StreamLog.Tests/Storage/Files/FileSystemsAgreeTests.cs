using System.Text;
using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage.Files;

/// <summary>The two file systems of ours against the system's own.</summary>
public sealed class FileSystemsAgreeTests : IDisposable
{
    private static readonly string[] Names = ["a", "b", "d", "e"];

    private readonly PhysicalFileSystem _physical = new();
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("streamlog-test-");

    public void Dispose()
    {
        _physical.Dispose();
        _home.Delete(recursive: true);
    }

    // Goal: what is tested in memory or under simulation holds on a disk.
    // Method: random operations on few names, so that they collide, on all three; each outcome and the trees are
    // compared.
    [Fact]
    public void Any_operations_on_names_end_alike_on_all_three()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            string home = Path.Combine(_home.FullName, "seed" + seed);
            IFileSystem[] systems = [_physical, new InMemoryFileSystem(1 << 20), new SimulatedDisk()];
            foreach (IFileSystem files in systems)
                files.CreateDirectory(home);

            SimulatedRandom random = new((ulong)seed);
            for (int step = 0; step < 100; step++)
            {
                int operation = random.Next(7);
                string first = Path.Combine(home, Draw(random));
                string second = Path.Combine(home, Draw(random));
                string[] outcomes = [.. systems.Select(files =>
                    $"{Try(files, operation, first, second)}\n{Tree(files, home, "")}")];

                string what = $"seed {seed}, step {step}: operation {operation} on {first} and {second}";
                Assert.True(outcomes[0] == outcomes[1], $"{what}\nphysical: {outcomes[0]}\nin memory: {outcomes[1]}");
                Assert.True(outcomes[0] == outcomes[2], $"{what}\nphysical: {outcomes[0]}\nsimulated: {outcomes[2]}");
            }
        }
    }

    private static string Draw(SimulatedRandom random) => random.NextChance(0.5)
        ? Names[random.Next(Names.Length)]
        : Path.Combine(Names[random.Next(Names.Length)], Names[random.Next(Names.Length)]);

    private static string Try(IFileSystem files, int operation, string first, string second)
    {
        try
        {
            switch (operation)
            {
                case 0:
                    files.CreateDirectory(first);
                    break;
                case 1:
                case 2:
                    files.Rename(first, second);
                    break;
                case 3:
                    files.DeleteFile(first);
                    break;
                case 4:
                    files.DeleteDirectory(first);
                    break;
                default:
                    using (IFile file = files.Open(
                        first, operation == 5 ? FileOpenMode.CreateNew : FileOpenMode.OpenOrCreate))
                    {
                        file.Write([1], file.Length);
                    }

                    break;
            }

            return "done";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Which of them is the business of the suite; systems have several words for a file in a directory's place.
            return "refused";
        }
    }

    private static string Tree(IFileSystem files, string directory, string indent)
    {
        StringBuilder tree = new();
        foreach (FileSystemEntry entry in files.List(directory))
        {
            tree.Append(indent).Append(entry).Append('\n');
            if (entry.IsDirectory)
                tree.Append(Tree(files, Path.Combine(directory, entry.Name), indent + "  "));
        }

        return tree.ToString();
    }
}
