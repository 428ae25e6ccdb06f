using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace StreamLog.Tests.Architecture;

/// <summary>The public surface of each package, one member a line, as it was last agreed to.</summary>
/// <remarks>
/// The built assembly is read, so that what generators wrote counts too. On a change that is meant, run the test with
/// <c>STREAMLOG_APPROVE=1</c> and let the reviewer read the difference.
/// </remarks>
public sealed class PublicApiTests
{
    private static readonly SymbolDisplayFormat Format = new SymbolDisplayFormat(
            typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
            propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
            genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters |
                SymbolDisplayGenericsOptions.IncludeTypeConstraints,
            miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes)
        .WithMemberOptions(SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeParameters |
            SymbolDisplayMemberOptions.IncludeContainingType | SymbolDisplayMemberOptions.IncludeModifiers |
            SymbolDisplayMemberOptions.IncludeConstantValue)
        .WithParameterOptions(SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName |
            SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeModifiers)
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static TheoryData<string> Packages =>
        [.. SourceTree.Projects.Where(project => project != "StreamLog.Generators").Except(SourceTree.Tools)];

    [Theory]
    [MemberData(nameof(Packages))]
    public void It_is_what_the_approved_file_says(string package)
    {
        string actual = SurfaceOf(package);
        string approved = Path.Combine(SourceTree.Root(package), "PublicApi.txt");
        if (Environment.GetEnvironmentVariable("STREAMLOG_APPROVE") == "1")
            File.WriteAllText(approved, actual);
        string expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (expected != actual)
            File.WriteAllText(approved + ".received", actual);

        Assert.Equal(expected.Split('\n'), actual.Split('\n'));
    }

    [Fact]
    public void Members_are_listed_with_what_a_caller_depends_on()
    {
        string[] surface = SurfaceOf("StreamLog.Abstractions").Split('\n');

        Assert.Contains("StreamLog.Durability.PageCache = 1", surface);
        Assert.Contains("override string StreamLog.TopicPartition.ToString()", surface);
        Assert.DoesNotContain(surface, line => line.Contains("Utf8Serde", StringComparison.Ordinal));
    }

    private static string SurfaceOf(string package)
    {
        MetadataReference assembly =
            MetadataReference.CreateFromFile(Path.Combine(AppContext.BaseDirectory, package + ".dll"));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "reader", references: SourceTree.References().Where(path => Path.GetFileName(path) != package + ".dll")
                .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)).Append(assembly));
        IAssemblySymbol symbol = (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(assembly)!;

        IEnumerable<string> surface =
            from type in TypesIn(symbol.GlobalNamespace)
            from member in type.GetMembers().Where(member => member is not INamedTypeSymbol).Prepend(type)
            where IsPromised(member)
            where member is not IMethodSymbol { AssociatedSymbol: not null }
            where member is not IMethodSymbol { IsImplicitlyDeclared: true }
            select (member is INamedTypeSymbol named ? Kind(named) : "") + member.ToDisplayString(Format);

        return string.Join('\n', surface.Distinct().Order(StringComparer.Ordinal)) + '\n';
    }

    private static string Kind(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Class, IsStatic: true } => "static class ",
        { TypeKind: TypeKind.Class, IsAbstract: true } => "abstract class ",
        { TypeKind: TypeKind.Class, IsSealed: true } => "sealed class ",
        { IsRefLikeType: true, IsReadOnly: true } => "readonly ref struct ",
        { IsRefLikeType: true } => "ref struct ",
        { TypeKind: TypeKind.Struct, IsReadOnly: true } => "readonly struct ",
        _ => type.TypeKind.ToString().ToLowerInvariant() + " ",
    };

    private static bool IsPromised(ISymbol member) => member.DeclaredAccessibility is
        Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    private static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceOrTypeSymbol place) =>
        place.GetTypeMembers().Where(IsPromised).SelectMany(type => TypesIn(type).Prepend(type))
            .Concat(place is INamespaceSymbol space ? space.GetNamespaceMembers().SelectMany(TypesIn) : []);
}
