using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using StreamLog.Metadata;
using StreamLog.Tests.Architecture;
using Xunit;

namespace StreamLog.Tests.Documentation;

/// <summary>The tables of the page for operators say what the code has. They are made here, out of the code.</summary>
public sealed partial class OperationsTests
{
    private static readonly string Page = Path.Combine(SourceTree.RepositoryRoot, "docs", "operations.md");

    /// <summary>On a change that is meant, run with <c>STREAMLOG_APPROVE=1</c> and read the difference.</summary>
    [Fact]
    public async Task Its_tables_are_those_of_the_code()
    {
        string before = await File.ReadAllTextAsync(Page);
        string metrics = await MetricsAsync();

        string after = Fill(Fill(Fill(before, "settings", Settings()), "refused", Refused()), "metrics", metrics);
        if (Environment.GetEnvironmentVariable("STREAMLOG_APPROVE") == "1")
            await File.WriteAllTextAsync(Page, after);
        else
            Assert.Equal(before, after);
    }

    private static string Fill(string page, string table, string content)
    {
        Regex place = new($"(<!-- {table}: generated -->\n).*?(<!-- /{table} -->)", RegexOptions.Singleline);
        Assert.Matches(place, page);
        return place.Replace(page, match => $"{match.Groups[1].Value}\n{content}\n{match.Groups[2].Value}");
    }

    private static string Settings()
    {
        StringBuilder table = new("| setting | default | the node's | |\n|---|---|---|---|\n");
        foreach (ConfigDefinition setting in TopicConfigs.All)
        {
            string value = setting.Default == long.MaxValue.ToString(CultureInfo.InvariantCulture)
                || setting.Default.Length == 0
                ? "none"
                : $"`{setting.Default}`";
            string nodeName = setting.NodeName is null ? "" : $"`{setting.NodeName}`";
            table.Append($"| `{setting.Name}` | {value} | {nodeName} | {setting.Documentation} |\n");
        }

        return table.ToString();
    }

    private static string Refused()
    {
        StringBuilder table = new("| setting | why |\n|---|---|\n");
        foreach (string name in RefusedConfigs.Reasons.Keys.Order(StringComparer.Ordinal))
            table.Append($"| `{name}` | {RefusedConfigs.Reasons[name]} |\n");
        return table.ToString();
    }

    private static async Task<string> MetricsAsync()
    {
        using Meters meters = new();
        List<Instrument> instruments = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter, meters.Made))
                instruments.Add(instrument);
        };
        listener.Start();
        NodeHost host = new()
        {
            Loggers = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            Meters = meters,
        };
        await using StreamLogNode log = await StreamLogNode.StartAsync(
            new StreamLogOptions { InMemory = true }, host, environment: null, CancellationToken.None);

        StringBuilder table = new("| metric | kind | unit | |\n|---|---|---|---|\n");
        foreach (Instrument instrument in instruments.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            string kind = Kind().Replace(instrument.GetType().Name, "").Replace("Observable", "");
            table.Append($"| `{instrument.Name}` | {kind} | {instrument.Unit} | {instrument.Description} |\n");
        }

        return table.ToString();
    }

    [GeneratedRegex("`.*")]
    private static partial Regex Kind();

    /// <summary>Makes one meter, so that a test knows its own.</summary>
    private sealed class Meters : IMeterFactory
    {
        public Meter? Made { get; private set; }

        public Meter Create(MeterOptions options) => Made = new Meter(options);

        public void Dispose() => Made?.Dispose();
    }
}
