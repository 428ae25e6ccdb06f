using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace StreamLog.Generators;

/// <summary>A diagnostic in values that compare, without the syntax tree that it came from.</summary>
internal sealed record DiagnosticModel(
    string Id, string Subject, string Detail, string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static DiagnosticModel Create(
        DiagnosticDescriptor descriptor, Location location, string subject, string detail)
    {
        FileLinePositionSpan lines = location.GetLineSpan();
        return new DiagnosticModel(descriptor.Id, subject, detail, lines.Path, location.SourceSpan, lines.Span);
    }

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(DeclarationRules.ById(Id), Location.Create(Path, Span, Lines), Subject, Detail);
}
