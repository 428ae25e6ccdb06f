using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace StreamLog.Tests.Architecture;

/// <summary>Keeps the ids of log events unique, and in the thousand of the folder that logs them.</summary>
public sealed class EventIdTests
{
    /// <summary>Each folder of the engine with its thousand.</summary>
    private static readonly Dictionary<string, int> Thousands = new()
    {
        ["Storage"] = 1,
        ["Metadata"] = 2,
        ["Quorum"] = 2,
        ["Groups"] = 3,
        ["Transactions"] = 6,
        ["Broker"] = 4,
        ["Authentication"] = 4,
        ["Authorization"] = 4,
        ["Clients"] = 5,
        ["Replication"] = 6,
        ["Threading"] = 7,
        ["Diagnostics"] = 8,
        [""] = 9,
        ["StreamLog.Kafka"] = 10,
    };

    [Fact]
    public void Event_ids_are_unique_and_in_their_folders_thousand()
    {
        IEnumerable<SyntaxTree> sources = SourceTree.FilesThatLog().Select(SourceTree.Parse);

        string[] findings = [.. Findings(sources)];

        Assert.True(findings.Length == 0, string.Join(Environment.NewLine, findings));
    }

    [Theory]
    [InlineData("Storage", "[LoggerMessage(4001, LogLevel.Error, \"x\")]", "thousand")]
    [InlineData("Storage", "[LoggerMessage(Level = LogLevel.Error, EventId = 4001)]", "thousand")]
    [InlineData(
        "Storage",
        "[LoggerMessage(1001, LogLevel.Error, \"x\")] void A(); [LoggerMessage(1001, LogLevel.Error, \"y\")]",
        "twice")]
    [InlineData("Storage", "[LoggerMessage(LogLevel.Error, \"x\")]", "no id")]
    public void A_wrong_id_is_found(string folder, string attribute, string expected)
    {
        SyntaxTree tree = SourceTree.Parse(
            $"class X {{ static partial class Log {{ {attribute} void B(); }} }}",
            Path.Combine(SourceTree.Root("StreamLog"), folder, "X.Log.cs"));

        Assert.Contains(expected, Assert.Single(Findings([tree])));
    }

    private static IEnumerable<string> Findings(IEnumerable<SyntaxTree> sources)
    {
        HashSet<int> seen = [];
        foreach (SyntaxTree tree in sources)
        {
            string folder = SourceTree.FolderThatLogs(tree.FilePath);
            foreach (AttributeSyntax attribute in tree.GetRoot().DescendantNodes().OfType<AttributeSyntax>())
            {
                if (attribute.Name.ToString() is not ("LoggerMessage" or "LoggerMessageAttribute"))
                    continue;
                string place = attribute.GetLocation().GetLineSpan().ToString();
                if (!tree.FilePath.EndsWith(".Log.cs", StringComparison.Ordinal))
                    yield return $"{place}: log events stand in X.Log.cs beside their class.";
                if (IdOf(attribute) is not int id)
                    yield return $"{place}: the event has no id.";
                else if (!Thousands.TryGetValue(folder, out int thousand) || id / 1000 != thousand)
                    yield return $"{place}: {id} is not in the thousand of the folder {folder}.";
                else if (!seen.Add(id))
                    yield return $"{place}: {id} is given twice.";
            }
        }
    }

    private static int? IdOf(AttributeSyntax attribute)
    {
        SeparatedSyntaxList<AttributeArgumentSyntax> arguments = attribute.ArgumentList?.Arguments ?? default;
        AttributeArgumentSyntax? id =
            arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.Text == "EventId") ??
            arguments.FirstOrDefault(argument => argument.NameEquals is null);
        string text = id?.Expression.ToString().Replace("_", "", StringComparison.Ordinal) ?? "";
        return int.TryParse(text, CultureInfo.InvariantCulture, out int value) ? value : null;
    }
}
