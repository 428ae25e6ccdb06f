using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using StreamLog.Generators;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Generators;

/// <summary>A wrong declaration must not compile, and must say what is wrong and where.</summary>
public sealed class MessageCodecGeneratorTests
{
    private static readonly CSharpParseOptions Syntax = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator).Where(File.Exists)
            .Append(typeof(MessageAttribute).Assembly.Location).Distinct()
            .Select(path => MetadataReference.CreateFromFile(path))];

    [Fact]
    public void A_good_declaration_compiles_with_its_codec()
    {
        (Compilation compilation, Diagnostic[] diagnostics) = Generate("""
            [Message(MessageKind.Record, 0, 3, FlexibleFrom = 2)]
            public sealed partial class Sample
            {
                [Field("0+")] public string Name { get; set; } = "";
                [Field("1+", NullableFrom = 2)] public string? Note { get; set; }
                [Field("0-1")] public int Old { get; set; } = -1;
                [Field("1", Ignorable = true)] public long Once { get; set; }
                [Field("1-2", Ignorable = true)] public System.Guid Id { get; set; }
                [Field("0+", NullableFrom = 0)] public byte[]? Bytes { get; set; } = [];
                [Field("0+")] public double Share { get; set; } = 0.5;
                [Field("0+")] public System.DayOfWeek Day { get; set; } = System.DayOfWeek.Friday;
                [Field("0+", NullableFrom = 3)] public List<Part>? Parts { get; set; } = [];
                [Field("0+", NullableFrom = 1)] public Part? Maybe { get; set; } = new();
                [Field("2+", Tag = 0)] public Part? Tagged { get; set; }
                [Field("0+", Tag = 1, TaggedFrom = 3)] public bool Late { get; set; } = true;

                public sealed partial class Part
                {
                    [Field("0+")] public List<string> Names { get; set; } = [];
                    [Field("0+")] public uint Number { get; set; } = 7;
                }
            }
            """);

        Assert.Empty(diagnostics);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
    }

    [Theory]
    [InlineData("SLG002", """[Field("3-")] public int Wrong { get; set; }""")]
    [InlineData("SLG002", """[Field("5-3")] public int Wrong { get; set; }""")]
    [InlineData("SLG002", """[Field("all")] public int Wrong { get; set; }""")]
    [InlineData("SLG003", """[Field("9+")] public int Wrong { get; set; }""")]
    [InlineData("SLG004", """[Field("0+")] public decimal Wrong { get; set; }""")]
    [InlineData("SLG004", """[Field("0+")] public int? Wrong { get; set; }""")]
    [InlineData("SLG004", """[Field("0+")] public int[] Wrong { get; set; } = [];""")]
    [InlineData("SLG004", """[Field("0+")] public System.Version Wrong { get; set; } = new();""")]
    [InlineData("SLG005", """[Field("0+", Tag = 0)] public int Wrong { get; set; }""")]
    [InlineData("SLG005", """[Field("2+", Tag = -7)] public int Wrong { get; set; }""")]
    [InlineData("SLG006", """[Field("0+")] public string? Wrong { get; set; }""")]
    [InlineData("SLG006", """[Field("0+", NullableFrom = 1)] public string Wrong { get; set; } = "";""")]
    [InlineData("SLG006", """[Field("0+", NullableFrom = 1)] public int Wrong { get; set; }""")]
    [InlineData("SLG006", """[Field("0+")] public List<string?> Wrong { get; set; } = [];""")]
    [InlineData("SLG006", """[Field("2+", Tag = 0)] public Part Wrong { get; set; } = new();""")]
    [InlineData("SLG007", """[Field("0+")] public int Wrong { get; set; } = System.Environment.ProcessId;""")]
    [InlineData("SLG007", """[Field("0+")] public List<int> Wrong { get; set; } = [1];""")]
    [InlineData("SLG008", """[Field("2+")] public Part Wrong { get; set; } = new();""")]
    public void A_wrong_field_is_reported_where_it_stands(string id, string field)
    {
        (_, Diagnostic[] diagnostics) = Generate($$"""
            [Message(MessageKind.Record, 0, 3, FlexibleFrom = 2)]
            public sealed partial class Sample
            {
                {{field}}

                public sealed partial class Part
                {
                    [Field("0+")] public int Number { get; set; }
                }
            }
            """);

        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal((id, DiagnosticSeverity.Error), (diagnostic.Id, diagnostic.Severity));
        Assert.Equal("Wrong", Marked(field, diagnostic.Location));
        Assert.Contains("Sample.Wrong", diagnostic.GetMessage(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("SLG001", "[Message(MessageKind.Record, 0, 3)] public sealed class Sample;")]
    [InlineData("SLG001", """
        [Message(MessageKind.Record, 0, 3)]
        public sealed partial class Sample { public sealed class Part { [Field("0+")] public int A { get; set; } } }
        """)]
    [InlineData("SLG002", "[Message(MessageKind.Record, 3, 0)] public sealed partial class Sample;")]
    [InlineData("SLG005", """
        [Message(MessageKind.Record, 0, 3, FlexibleFrom = 0)]
        public sealed partial class Sample
        {
            [Field("0+", Tag = 1)] public int A { get; set; }
            [Field("1+", Tag = 1)] public int B { get; set; }
        }
        """)]
    public void A_wrong_message_is_reported(string id, string declaration)
    {
        (_, Diagnostic[] diagnostics) = Generate(declaration);

        Assert.Equal(id, Assert.Single(diagnostics).Id);
    }

    [Fact]
    public void A_change_elsewhere_generates_nothing_anew()
    {
        CSharpCompilation before = Compile(
            "[Message(MessageKind.Record, 0, 1)] public sealed partial class Sample;");
        GeneratorDriver driver = Driver().RunGenerators(before, TestContext.Current.CancellationToken);
        Compilation after = before.AddSyntaxTrees(CSharpSyntaxTree.ParseText(
            "internal sealed class Elsewhere;", Syntax, cancellationToken: TestContext.Current.CancellationToken));
        driver = driver.RunGenerators(after, TestContext.Current.CancellationToken);

        IncrementalStepRunReason[] reasons =
            [.. driver.GetRunResult().Results.Single().TrackedOutputSteps.SelectMany(steps => steps.Value)
                .SelectMany(step => step.Outputs).Select(output => output.Reason)];
        Assert.NotEmpty(reasons);
        Assert.All(reasons, reason => Assert.True(
            reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
    }

    private static (Compilation Compilation, Diagnostic[] Diagnostics) Generate(string declaration)
    {
        Driver().RunGeneratorsAndUpdateCompilation(
            Compile(declaration),
            out Compilation compilation,
            out ImmutableArray<Diagnostic> diagnostics,
            TestContext.Current.CancellationToken);
        return (compilation, [.. diagnostics]);
    }

    private static CSharpGeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new MessageCodecGenerator().AsSourceGenerator()],
        parseOptions: Syntax,
        driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));

    // The attributes are internal to the protocol, and its tests may see them: so the sample takes their name.
    private static CSharpCompilation Compile(string declaration) => CSharpCompilation.Create(
        "StreamLog.Tests",
        [CSharpSyntaxTree.ParseText(
            $"using System.Collections.Generic;\nusing StreamLog.Protocol.Messages;\nnamespace Samples;\n{declaration}",
            Syntax,
            "Sample.cs")],
        References,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    // The field stands in its sample behind four spaces.
    private static string Marked(string field, Location location)
    {
        FileLinePositionSpan span = location.GetLineSpan();
        Assert.Equal("Sample.cs", span.Path);
        return field.Substring(
            span.StartLinePosition.Character - 4,
            span.EndLinePosition.Character - span.StartLinePosition.Character);
    }
}
