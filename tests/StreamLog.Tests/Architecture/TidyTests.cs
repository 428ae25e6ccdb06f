using Xunit;

namespace StreamLog.Tests.Architecture;

/// <summary>Keeps every source file of the repository within <see cref="TidyRules"/>.</summary>
public sealed class TidyTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("samples")]
    [InlineData("benchmarks")]
    public void The_sources_are_tidy(string folder)
    {
        string[] findings = [.. SourceTree.FilesBelow(folder).Select(SourceTree.Parse).SelectMany(TidyRules.Findings)];

        Assert.True(findings.Length == 0, string.Join(Environment.NewLine, findings));
    }

    [Fact]
    public void A_file_at_the_limits_is_tidy()
    {
        string body = string.Concat(Enumerable.Repeat("        ;\n", TidyRules.MethodLinesMax));
        string code = $"internal sealed class Sample\n{{\n    private void Run()\n    {{\n{body}    }}\n}}\n";
        code += string.Concat(Enumerable.Repeat("//\n", TidyRules.FileLinesMax - code.Count(c => c == '\n') - 1));
        code += new string('/', TidyRules.ColumnsMax) + "\n";

        Assert.Empty(TidyRules.Findings(SourceTree.Parse(code, "Sample.cs")));
    }

    [Fact]
    public void A_file_that_is_too_long_is_found() =>
        AssertFound("501 lines", string.Concat(Enumerable.Repeat("//\n", TidyRules.FileLinesMax + 1)));

    [Fact]
    public void A_line_that_is_too_long_is_found() =>
        AssertFound("121 columns", new string('/', TidyRules.ColumnsMax + 1));

    [Fact]
    public void A_method_that_is_too_long_is_found()
    {
        string body = string.Concat(Enumerable.Repeat("\n;", TidyRules.MethodLinesMax + 1));

        AssertFound("71 lines in one method", $"class Sample {{ void Run() {{{body}\n}} }}");
        AssertFound("71 lines in one method", $"class Sample {{ int Run {{ get {{{body}\n}} }} }}");
    }

    [Theory]
    [InlineData("// FIX" + "ME: later")]
    [InlineData("// TO" + "DO later")]
    [InlineData("#reg" + "ion Fields\n#endregion")]
    [InlineData("throw new NotImplemented" + "Exception();")]
    public void What_was_left_over_is_found(string line) => AssertFound("Sample.cs:1:", line);

    [Fact]
    public void A_name_that_says_nothing_is_found() => AssertFound("LogManager", "class LogManager;");

    private static void AssertFound(string expected, string code) =>
        Assert.Contains(expected, Assert.Single(TidyRules.Findings(SourceTree.Parse(code, "Sample.cs"))));
}
