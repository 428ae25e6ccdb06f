using System.Text.RegularExpressions;
using StreamLog.Tests.Architecture;
using Xunit;

namespace StreamLog.Tests.Documentation;

/// <summary>Pages do not lie: what they link to is there, and the C# they show is compiled.</summary>
public sealed partial class DocumentationTests
{
    // What builds and package installers write.
    private static readonly string[] NotOurs = ["artifacts", "bin", "obj", ".git", "node_modules"];

    public static TheoryData<string> Pages => [.. FindPages()];

    [Fact]
    public void The_pages_of_the_repository_are_found()
    {
        string[] pages = [.. FindPages()];

        Assert.Contains("README.md", pages);
        Assert.Contains(Path.Combine("docs", "adr", "README.md"), pages);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_leads_somewhere(string page)
    {
        string[] broken = [.. BrokenLinks(Read(page), Path.GetDirectoryName(PathOf(page))!)];

        Assert.True(broken.Length == 0, $"{page}: {string.Join(", ", broken)}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_code_on_a_page_is_part_of_a_compiled_sample(string page)
    {
        string[] samples = [.. SourceTree.FilesBelow("samples").Select(File.ReadAllText).Select(Normalize)];

        Assert.All(Fences(Read(page)), fence => Assert.Contains(samples, sample => sample.Contains(Normalize(fence))));
    }

    [Fact]
    public void The_first_code_of_the_readme_is_a_whole_program_of_some_twenty_lines()
    {
        string code = Fences(Read("README.md")).First();
        string sample = File.ReadAllText(PathOf("samples/ReadmeExample/Program.cs"));

        Assert.Equal(Normalize(sample), Normalize(code));
        Assert.InRange(code.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 10, 22);
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_found()
    {
        const string Page =
            "[a](README.md) [b](missing.md) [c](https://example.org) [d](README.md#nowhere) [e](#there)\n## There\n";

        Assert.Equal(["missing.md", "README.md#nowhere"], BrokenLinks(Page, SourceTree.RepositoryRoot));
    }

    private static IEnumerable<string> FindPages() =>
        from path in Directory.EnumerateFiles(SourceTree.RepositoryRoot, "*.md", SearchOption.AllDirectories)
        let page = Path.GetRelativePath(SourceTree.RepositoryRoot, path)
        where !page.Split(Path.DirectorySeparatorChar).Any(NotOurs.Contains)
        orderby page
        select page;

    private static string PathOf(string page) => Path.Combine(SourceTree.RepositoryRoot, page);

    private static string Read(string page) => File.ReadAllText(PathOf(page));

    private static IEnumerable<string> BrokenLinks(string text, string folder)
    {
        foreach (Match link in Link().Matches(WithoutCode(text)))
        {
            string target = link.Groups[1].Value;
            if (target.Contains("://", StringComparison.Ordinal))
                continue;

            string[] parts = target.Split('#');
            string path = parts[0].Length == 0 ? "" : Path.Combine(folder, Uri.UnescapeDataString(parts[0]));
            if (path.Length > 0 && !File.Exists(path) && !Directory.Exists(path))
                yield return target;
            else if (parts.Length > 1 && !Anchors(path.Length == 0 ? text : File.ReadAllText(path)).Contains(parts[1]))
                yield return target;
        }
    }

    private static HashSet<string> Anchors(string text) =>
        [.. Heading().Matches(WithoutCode(text)).Select(heading => NotInAnchor()
            .Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    private static IEnumerable<string> Fences(string text) =>
        Fence().Matches(text).Select(fence => fence.Groups[1].Value);

    private static string WithoutCode(string text) => AnyFence().Replace(text, "");

    // Indentation differs between a page and a file.
    private static string Normalize(string code) =>
        string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex AnyFence();
}
