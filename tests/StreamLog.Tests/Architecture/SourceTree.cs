using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace StreamLog.Tests.Architecture;

/// <summary>The repository's own sources, parsed and bound, for tests that read code.</summary>
internal static class SourceTree
{
    // The SDK writes these into obj/, which is not read.
    private const string ImplicitUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.CSharp14);
    private static readonly ConcurrentDictionary<string, Lazy<CSharpCompilation>> Compilations = new();

    /// <summary>Gets the folder that holds the solution.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>Gets the names of the projects under <c>src</c>.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.GetDirectories(Path.Combine(RepositoryRoot, "src")).Select(folder => Path.GetFileName(folder))
            .Order()];

    /// <summary>Gets the projects that are programs and promise no one a public surface.</summary>
    public static IReadOnlyList<string> Tools { get; } = ["StreamLog.Cli"];

    public static string Root(string project) => Path.Combine(RepositoryRoot, "src", project);

    /// <summary>Returns the C# files below a folder of the repository, without what a build writes.</summary>
    public static IEnumerable<string> FilesBelow(string folder)
    {
        string path = Path.Combine(RepositoryRoot, folder);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories).Where(file => !IsBuilt(file)).Order()
            : [];
    }

    /// <summary>Returns the files of the packages whose events an operator sees in the log.</summary>
    public static IEnumerable<string> FilesThatLog() =>
        FilesBelow("src/StreamLog").Concat(FilesBelow("src/StreamLog.Kafka"));

    /// <summary>Returns the folder of the engine that logs an event, or the name of another package.</summary>
    public static string FolderThatLogs(string file)
    {
        string project = Path.GetRelativePath(Path.Combine(RepositoryRoot, "src"), file).Split('/', '\\')[0];
        return project == "StreamLog" ? FolderOf(project, file) : project;
    }

    public static SyntaxTree Parse(string path) => Parse(File.ReadAllText(path), path);

    public static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, Options, path);

    /// <summary>Binds a project under <c>src</c> against the assemblies that the tests run with.</summary>
    public static CSharpCompilation Compile(string project) =>
        Compilations.GetOrAdd(project, name => new(() => Compile(name, FilesBelow($"src/{name}").Select(Parse)))).Value;

    public static CSharpCompilation Compile(string project, IEnumerable<SyntaxTree> sources) =>
        CSharpCompilation.Create(
            project, [.. sources, Parse(ImplicitUsings, "")], References().Where(path => NameOf(path) != project)
                .Select(path => MetadataReference.CreateFromFile(path)));

    /// <summary>Returns the first folder of a source file below its project, or "" for a file in the root.</summary>
    public static string FolderOf(string project, string file) =>
        Path.GetRelativePath(Root(project), file).Split(Path.DirectorySeparatorChar) is [string folder, _, ..]
            ? folder
            : "";

    /// <summary>Returns the paths of all assemblies that the tests run with.</summary>
    public static IEnumerable<string> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);

    private static bool IsBuilt(string file) =>
        Path.GetRelativePath(RepositoryRoot, file).Split(Path.DirectorySeparatorChar) is string[] parts &&
        (parts.Contains("obj") || parts.Contains("bin"));

    // A deterministic build maps the paths that the compiler writes down, so the place of the tests is asked first.
    private static string FindRepositoryRoot([CallerFilePath] string thisFile = "")
    {
        foreach (string start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(thisFile)! })
        {
            for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "StreamLog.sln")))
                    return folder;
            }
        }

        throw new DirectoryNotFoundException("The tests run outside of the repository whose sources they read.");
    }
}
