using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace StreamLog.Generators;

/// <summary>Turns one declared property into a <see cref="FieldModel"/>, or diagnostics. One per message.</summary>
internal sealed class FieldReader
{
    private readonly INamedTypeSymbol _message;
    private readonly VersionRange _messageVersions;
    private readonly int _flexibleFrom;
    private readonly Compilation _compilation;
    private readonly List<DiagnosticModel> _diagnostics;

    public FieldReader(
        INamedTypeSymbol message,
        VersionRange messageVersions,
        int flexibleFrom,
        Compilation compilation,
        List<DiagnosticModel> diagnostics)
    {
        _message = message;
        _messageVersions = messageVersions;
        _flexibleFrom = flexibleFrom;
        _compilation = compilation;
        _diagnostics = diagnostics;
    }

    /// <summary>Reads a property; null if its declaration is wrong, which is then reported.</summary>
    public FieldModel? Read(IPropertySymbol property, AttributeData attribute)
    {
        string? text = attribute.ConstructorArguments.FirstOrDefault().Value as string;
        if (!VersionRange.TryParse(text, out VersionRange declared))
            return Refuse(DeclarationRules.BadVersions, property, $"'{text}'");

        VersionRange versions = declared.Intersect(_messageVersions);
        if (versions.IsEmpty)
            return Refuse(DeclarationRules.NeverUsed, property, $"'{text}'");

        bool isList = IsList(property.Type);
        ITypeSymbol item = isList ? ((INamedTypeSymbol)property.Type).TypeArguments[0] : property.Type;
        if (TypeOf(item) is not { } type)
            return Refuse(DeclarationRules.UnknownType, property, item.ToDisplayString());

        int tag = Named(attribute, "Tag", -1);
        FieldModel field = new()
        {
            Name = property.Name,
            Type = type,
            TypeName = item.WithNullableAnnotation(NullableAnnotation.NotAnnotated)
                .ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            EnumName = item.TypeKind == TypeKind.Enum
                ? item.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) : null,
            IsList = isList,
            IsNullableProperty = property.NullableAnnotation == NullableAnnotation.Annotated,
            Versions = versions,
            NullableFrom = Named(attribute, "NullableFrom", VersionRange.Open),
            Tag = tag,
            TaggedFrom = Math.Max(Named(attribute, "TaggedFrom", 0), versions.Min),
            IsIgnorable = attribute.NamedArguments.Any(pair => pair is { Key: "Ignorable", Value.Value: true }),
        };
        return Check(field, property, item) && TryDefault(field, property, out string? value)
            ? field with { Default = value } : null;
    }

    private static int Named(AttributeData attribute, string name, int absent) =>
        attribute.NamedArguments.FirstOrDefault(pair => pair.Key == name).Value.Value switch
        {
            short number => number,
            int number => number,
            _ => absent,
        };

    private static bool IsList(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "List", TypeArguments.Length: 1 } list &&
        list.ContainingNamespace.ToDisplayString() == "System.Collections.Generic";

    private static WireType? Primitive(SpecialType type) => type switch
    {
        SpecialType.System_Boolean => WireType.Boolean,
        SpecialType.System_SByte => WireType.Int8,
        SpecialType.System_Int16 => WireType.Int16,
        SpecialType.System_UInt16 => WireType.UInt16,
        SpecialType.System_Int32 => WireType.Int32,
        SpecialType.System_UInt32 => WireType.UInt32,
        SpecialType.System_Int64 => WireType.Int64,
        SpecialType.System_Double => WireType.Float64,
        SpecialType.System_String => WireType.String,
        _ => null,
    };

    private static bool IsEmptyCollection(ExpressionSyntax value) => value is
        CollectionExpressionSyntax { Elements.Count: 0 } or
        BaseObjectCreationExpressionSyntax { ArgumentList.Arguments.Count: 0, Initializer: null };

    private WireType? TypeOf(ITypeSymbol item)
    {
        if (item is INamedTypeSymbol { EnumUnderlyingType: { } underlying })
            return Primitive(underlying.SpecialType);
        if (Primitive(item.SpecialType) is { } primitive)
            return primitive;
        if (item is IArrayTypeSymbol { ElementType.SpecialType: SpecialType.System_Byte, Rank: 1 })
            return WireType.Bytes;
        if (item is INamedTypeSymbol { TypeKind: TypeKind.Class } &&
            SymbolEqualityComparer.Default.Equals(item.ContainingType, _message))
        {
            return WireType.Struct;
        }

        return item.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString() switch
        {
            "System.Guid" => WireType.Uuid,
            "StreamLog.Protocol.RecordBuffer" => WireType.Records,
            _ => null,
        };
    }

    private bool Check(FieldModel field, IPropertySymbol property, ITypeSymbol item)
    {
        int before = _diagnostics.Count;
        if (field.Tag >= 0 && field.TaggedFrom < _flexibleFrom)
            Refuse(DeclarationRules.BadTag, property, $"version {field.TaggedFrom} is not flexible");
        if (field.Tag < -1)
            Refuse(DeclarationRules.BadTag, property, $"{field.Tag} is negative");

        bool mayBeNull = field.NullableFrom < VersionRange.Open;
        if (field.IsList && item.NullableAnnotation == NullableAnnotation.Annotated)
            Refuse(DeclarationRules.BadNullability, property, "the items of a list are never null");
        if (mayBeNull && !field.IsNullableProperty)
            Refuse(DeclarationRules.BadNullability, property, "NullableFrom is set, but the type has no question mark");
        if (field.IsNullWhenAbsent && !field.IsNullableProperty)
            Refuse(DeclarationRules.BadNullability, property, "a tagged struct is null where the tag is absent");
        if (field.IsNullableProperty && !mayBeNull && !field.IsNullWhenAbsent)
            Refuse(DeclarationRules.BadNullability, property, "the type has a question mark, NullableFrom is not set");

        bool mustBeThere = field is { Type: WireType.Struct, IsList: false, Tag: < 0 };
        if (mustBeThere && !field.IsNullableProperty && !field.IsIgnorable && field.Versions != _messageVersions)
        {
            Refuse(DeclarationRules.StructNotEverywhere, property, "a value could not be told from the default");
        }

        return _diagnostics.Count == before;
    }

    private bool TryDefault(FieldModel field, IPropertySymbol property, out string? value)
    {
        value = null;
        ExpressionSyntax? initializer =
            (property.DeclaringSyntaxReferences[0].GetSyntax() as PropertyDeclarationSyntax)?.Initializer?.Value;
        if (initializer is null)
            return true;

        if (field.IsList || field.Type is WireType.Bytes or WireType.Struct)
        {
            value = "empty";
            return IsEmptyCollection(initializer) ||
                Refuse(DeclarationRules.BadDefault, property, $"'{initializer}' is not empty") is not null;
        }

        Optional<object?> constant =
            _compilation.GetSemanticModel(initializer.SyntaxTree).GetConstantValue(initializer);
        if (!constant.HasValue || constant.Value is null)
            return Refuse(DeclarationRules.BadDefault, property, $"'{initializer}' is not a constant") is not null;

        string literal =
            SymbolDisplay.FormatPrimitive(constant.Value, quoteStrings: true, useHexadecimalNumbers: false);
        value = field.EnumName is null ? literal : $"({field.EnumName})({literal})";
        return true;
    }

    private FieldModel? Refuse(DiagnosticDescriptor rule, IPropertySymbol property, string detail)
    {
        string subject = SymbolEqualityComparer.Default.Equals(property.ContainingType, _message)
            ? $"{_message.Name}.{property.Name}"
            : $"{_message.Name}.{property.ContainingType.Name}.{property.Name}";
        _diagnostics.Add(DiagnosticModel.Create(rule, property.Locations[0], subject, detail));
        return null;
    }
}
