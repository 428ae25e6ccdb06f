using System.Xml.Linq;
using Xunit;

namespace StreamLog.Tests.Architecture;

/// <summary>Keeps the packages pointing one way.</summary>
public sealed class PackageTests
{
    /// <summary>Each project under <c>src</c>, and the projects it may reference.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["StreamLog.Abstractions"] = [],
        ["StreamLog.Generators"] = [],
        ["StreamLog.Testing"] = ["StreamLog.Abstractions", "StreamLog.Protocol", "StreamLog", "StreamLog.Kafka"],
        ["StreamLog.Protocol"] = ["StreamLog.Abstractions", "StreamLog.Generators"],
        ["StreamLog"] = ["StreamLog.Abstractions", "StreamLog.Protocol", "StreamLog.Generators"],
        ["StreamLog.Kafka"] = ["StreamLog.Abstractions", "StreamLog.Protocol"],
        ["StreamLog.Cli"] = ["StreamLog", "StreamLog.Kafka"],
    };

    public static TheoryData<string> Projects => [.. SourceTree.Projects];

    /// <summary>Gets the projects that become part of an application. A tool may bring what it likes.</summary>
    public static TheoryData<string> Libraries => [.. SourceTree.Projects.Except(SourceTree.Tools)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_references_only_projects_below_it(string project)
    {
        Assert.True(MayReference.TryGetValue(project, out string[]? allowed), $"{project} has no row in the table.");
        IEnumerable<string> referenced =
            Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));

        Assert.All(referenced, name => Assert.Contains(name, allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_opens_its_internals_to_no_package(string project) =>
        Assert.All(Items(project, "InternalsVisibleTo"), name => Assert.DoesNotContain(name, SourceTree.Projects));

    [Theory]
    [MemberData(nameof(Libraries))]
    public void It_depends_on_few_packages(string project) =>
        Assert.All(Items(project, "PackageReference"), package => Assert.True(
            package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) ||
            package.StartsWith("Microsoft.CodeAnalysis.", StringComparison.Ordinal),
            $"{project} references {package}. An embedded library brings as little as it can: ask first."));

    [Fact]
    public void The_generator_is_never_referenced_at_run_time()
    {
        foreach (string project in SourceTree.Projects)
        {
            IEnumerable<XElement> references = Load(project).Descendants("ProjectReference").Where(reference =>
                ((string)reference.Attribute("Include")!).Contains("Generators", StringComparison.Ordinal));
            Assert.All(
                references, item => Assert.Equal("false", (string?)item.Attribute("ReferenceOutputAssembly")));
        }
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        Load(project).Descendants(kind).Select(item => ((string)item.Attribute("Include")!).Replace('\\', '/'));

    private static XDocument Load(string project) =>
        XDocument.Load(Path.Combine(SourceTree.Root(project), project + ".csproj"));
}
