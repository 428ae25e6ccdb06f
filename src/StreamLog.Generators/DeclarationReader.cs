using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace StreamLog.Generators;

/// <summary>Turns one declared message into a <see cref="MessageModel"/>, or diagnostics. One per message.</summary>
internal sealed class DeclarationReader
{
    private const string FieldAttribute = "StreamLog.Protocol.Messages.FieldAttribute";

    private readonly INamedTypeSymbol _message;
    private readonly FieldReader _fields;
    private readonly List<DiagnosticModel> _diagnostics = [];

    private DeclarationReader(
        INamedTypeSymbol message, VersionRange versions, int flexibleFrom, Compilation compilation)
    {
        _message = message;
        _fields = new FieldReader(message, versions, flexibleFrom, compilation, _diagnostics);
    }

    public static MessageModel Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        INamedTypeSymbol message = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData attribute = context.Attributes[0];

        // Either (kind, min, max), or the API before them.
        int at = attribute.ConstructorArguments.Length - 3;
        if (at is not (0 or 1))
            return new MessageModel { Name = message.Name };

        VersionRange versions = new(
            Number(attribute.ConstructorArguments[at + 1]), Number(attribute.ConstructorArguments[at + 2]));
        int flexibleFrom = Named(attribute, "FlexibleFrom", VersionRange.Open);
        DeclarationReader reader = new(message, versions, flexibleFrom, context.SemanticModel.Compilation);
        if (versions.IsEmpty)
            reader.Report(DeclarationRules.BadVersions, message, "the first version is above the last");

        StructModel body = reader.ReadStruct(message);
        StructModel[] structs = message.GetTypeMembers().Where(IsStruct).Select(reader.ReadStruct).ToArray();
        return new MessageModel
        {
            Name = message.Name,
            Namespace = message.ContainingNamespace.ToDisplayString(),
            Kind = EnumName(attribute.ConstructorArguments[at]) ?? "",
            ApiKey = at == 0 ? null : EnumName(attribute.ConstructorArguments[0]),
            ApiNumber = at == 0 ? -1 : Number(attribute.ConstructorArguments[0]),
            RecordKey = Named(attribute, "RecordKey", -1),
            Versions = versions,
            FlexibleFrom = flexibleFrom,
            IsDisposable = message.AllInterfaces.Any(type => type.SpecialType == SpecialType.System_IDisposable),
            Body = body,
            Structs = new EquatableArray<StructModel>(structs),
            Diagnostics = new EquatableArray<DiagnosticModel>(reader._diagnostics),
        };
    }

    private static bool IsStruct(INamedTypeSymbol type) => type.TypeKind == TypeKind.Class && !type.IsStatic;

    private static int Number(TypedConstant constant) => constant.Value is short number ? number : 0;

    private static int Named(AttributeData attribute, string name, int absent) =>
        attribute.NamedArguments.FirstOrDefault(pair => pair.Key == name).Value.Value is short number ? number : absent;

    private static string? EnumName(TypedConstant constant) =>
        constant.Type?.GetMembers().OfType<IFieldSymbol>()
            .FirstOrDefault(field => field.HasConstantValue && Equals(field.ConstantValue, constant.Value))?.Name;

    private StructModel ReadStruct(INamedTypeSymbol type)
    {
        if (type.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax()).OfType<ClassDeclarationSyntax>()
            .Any(declaration => !declaration.Modifiers.Any(SyntaxKind.PartialKeyword)))
        {
            Report(DeclarationRules.NotPartial, type, "its codec is generated into another part");
        }

        List<FieldModel> fields = [];
        foreach (IPropertySymbol property in type.GetMembers().OfType<IPropertySymbol>())
        {
            AttributeData? attribute = property.GetAttributes()
                .FirstOrDefault(data => data.AttributeClass?.ToDisplayString() == FieldAttribute);
            if (attribute is not null && _fields.Read(property, attribute) is { } field)
                fields.Add(field);
        }

        foreach (IGrouping<int, FieldModel> twice in fields
            .Where(field => field.Tag >= 0).GroupBy(field => field.Tag).Where(group => group.Count() > 1))
        {
            Report(DeclarationRules.BadTag, type, $"tag {twice.Key} belongs to several fields");
        }

        return new StructModel(type.Name, new EquatableArray<FieldModel>(fields));
    }

    private void Report(DiagnosticDescriptor rule, ISymbol symbol, string detail) =>
        _diagnostics.Add(DiagnosticModel.Create(
            rule, symbol.Locations[0], symbol.Equals(_message, SymbolEqualityComparer.Default)
                ? symbol.Name : $"{_message.Name}.{symbol.Name}", detail));
}
