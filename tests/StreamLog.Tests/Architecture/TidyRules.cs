using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace StreamLog.Tests.Architecture;

/// <summary>Limits that no analyzer keeps for us.</summary>
internal static partial class TidyRules
{
    public const int FileLinesMax = 500;
    public const int MethodLinesMax = 70;
    public const int ColumnsMax = 120;

    // Each of them hides the noun that was not found.
    private static readonly string[] EmptyWords =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Common", "Impl", "Processor"];

    /// <summary>Finds what is untidy in one source file.</summary>
    /// <param name="tree">The file.</param>
    /// <returns>A line for each finding.</returns>
    public static IEnumerable<string> Findings(SyntaxTree tree)
    {
        string file = tree.FilePath;
        string[] lines = tree.ToString().TrimEnd('\n').Split('\n');
        if (lines.Length > FileLinesMax)
            yield return $"{file}: {lines.Length} lines. Find the second type in it.";

        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > ColumnsMax)
                yield return $"{file}:{i + 1}: {lines[i].Length} columns.";
            if (LeftOver().IsMatch(lines[i]))
                yield return $"{file}:{i + 1}: {lines[i].Trim()}";
        }

        foreach (SyntaxNode body in tree.GetRoot().DescendantNodes().Select(BodyOf).OfType<SyntaxNode>())
        {
            FileLinePositionSpan span = tree.GetLineSpan(body.Span);
            int length = span.EndLinePosition.Line - span.StartLinePosition.Line - 1;
            if (length > MethodLinesMax)
                yield return $"{file}:{span.StartLinePosition.Line}: {length} lines in one method.";
        }

        foreach (BaseTypeDeclarationSyntax type in tree.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
        {
            string name = type.Identifier.Text;
            if (EmptyWords.Any(word => name.EndsWith(word, StringComparison.Ordinal)))
                yield return $"{file}: the name {name} does not say what it is.";
        }
    }

    private static SyntaxNode? BodyOf(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody,
        LocalFunctionStatementSyntax function => (SyntaxNode?)function.Body ?? function.ExpressionBody,
        AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
        _ => null,
    };

    // The words are written in two parts, so that this file does not find itself.
    [GeneratedRegex(@"^\s*#\s*region\b|\bTO" + @"DO\b|\bFIX" + @"ME\b|\bNotImplemented" + @"Exception\b")]
    private static partial Regex LeftOver();
}
