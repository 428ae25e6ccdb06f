using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace StreamLog.Tests.Architecture;

/// <summary>A project's folders, and which others the code in each may name.</summary>
/// <param name="Project">The project.</param>
/// <param name="Layers">
/// Each folder with those it may name: only folders listed above it, so no cycle can be written. "" is the project's
/// root.
/// </param>
internal sealed record LayerTable(string Project, params (string Folder, string[] MayName)[] Layers)
{
    /// <summary>The row of those types of the root that put the parts together, where its other types are words that
    /// every folder may name.</summary>
    public const string Composition = "(composition)";

    /// <summary>Gets the types of the root that stand in the row <see cref="Composition"/>.</summary>
    public string[] Composers { get; init; } = [];

    /// <summary>Finds every place where a folder names what it may not.</summary>
    /// <param name="compilation">The project's sources, bound.</param>
    /// <returns>A sentence for each place.</returns>
    public IReadOnlyList<string> Violations(CSharpCompilation compilation)
    {
        Dictionary<string, string[]> mayName = Layers.ToDictionary(layer => layer.Folder, layer => layer.MayName);
        SortedSet<string> violations = new(StringComparer.Ordinal);

        foreach (SyntaxTree tree in compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0))
        {
            string from = LayerOf(tree.FilePath);
            if (!mayName.TryGetValue(from, out string[]? allowed))
            {
                violations.Add($"{tree.FilePath}: the folder {from} has no row in the table of {Project}.");
                continue;
            }

            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                foreach (ISymbol symbol in SymbolsOf(model, name))
                {
                    string? to = FolderOf(symbol);
                    if (to is null || to == from || allowed.Contains(to))
                        continue;
                    FileLinePositionSpan place = name.GetLocation().GetLineSpan();
                    violations.Add($"{place}: {Say(from)} must not name {symbol} of {Say(to)}.");
                }
            }
        }

        return [.. violations];
    }

    // A member that a generator will write does not bind here, and neither does a call that takes one: the candidates
    // count too.
    private static IEnumerable<ISymbol> SymbolsOf(SemanticModel model, SimpleNameSyntax name)
    {
        SymbolInfo info = model.GetSymbolInfo(name);
        return (info.Symbol is { } symbol ? [symbol] : info.CandidateSymbols.AsEnumerable())
            .Where(found => found is not INamespaceSymbol);
    }

    private static string Say(string folder) => folder.Length == 0 ? "the root" : folder;

    private string LayerOf(string file)
    {
        string folder = SourceTree.FolderOf(Project, file);
        return folder.Length == 0 && Composers.Contains(Path.GetFileName(file).Split('.')[0]) ? Composition : folder;
    }

    // Another assembly's symbols are the project file's business.
    private string? FolderOf(ISymbol symbol) =>
        symbol.Locations.FirstOrDefault(location => location.IsInSource)?.SourceTree is { FilePath.Length: > 0 } tree
            ? LayerOf(tree.FilePath)
            : null;
}
