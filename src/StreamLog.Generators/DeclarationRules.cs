using Microsoft.CodeAnalysis;

namespace StreamLog.Generators;

/// <summary>What a declaration may not do, with the ids that the compiler reports.</summary>
internal static class DeclarationRules
{
    public static readonly DiagnosticDescriptor NotPartial = Rule(
        "SLG001", "A message must be a partial class", "'{0}' must be a partial class: {1}");

    public static readonly DiagnosticDescriptor BadVersions = Rule(
        "SLG002", "Versions must be a range", "The versions of '{0}' are not a range such as 3+, 0-12 or 6: {1}");

    public static readonly DiagnosticDescriptor NeverUsed = Rule(
        "SLG003", "A field must be in a version of its message", "'{0}' is in no version of its message: {1}");

    public static readonly DiagnosticDescriptor UnknownType = Rule(
        "SLG004", "A field must have a type of the protocol", "'{0}' has a type that the protocol does not know: {1}");

    public static readonly DiagnosticDescriptor BadTag = Rule(
        "SLG005", "Tags belong to flexible versions, each once", "The tag of '{0}' is not legal: {1}");

    public static readonly DiagnosticDescriptor BadNullability = Rule(
        "SLG006", "A property must say whether it can be null", "The nullability of '{0}' is not legal: {1}");

    public static readonly DiagnosticDescriptor BadDefault = Rule(
        "SLG007", "A default must be a constant", "The default of '{0}' cannot be used: {1}");

    public static readonly DiagnosticDescriptor StructNotEverywhere = Rule(
        "SLG008", "A struct that may be missing must be nullable", "'{0}' is a struct that may be missing: {1}");

    private static readonly DiagnosticDescriptor[] All =
    [
        NotPartial, BadVersions, NeverUsed, UnknownType, BadTag, BadNullability, BadDefault, StructNotEverywhere,
    ];

    public static DiagnosticDescriptor ById(string id) => All.First(rule => rule.Id == id);

    private static DiagnosticDescriptor Rule(string id, string title, string message) =>
        new(id, title, message, "StreamLog.Messages", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
