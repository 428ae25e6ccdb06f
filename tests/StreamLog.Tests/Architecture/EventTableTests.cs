using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace StreamLog.Tests.Architecture;

/// <summary>The page of log events says what the code logs. It is made here, out of the code.</summary>
public sealed class EventTableTests
{
    private const string Head =
        """
        # Log events

        Every event that StreamLog logs, by its id. Ids and names are kept: alerts may rest on them. What stands in
        braces is a field of a structured log. This page is generated from the code; run the tests with
        `STREAMLOG_APPROVE=1` to renew it.

        `Error` means that somebody has to look: something cannot be used, or is damaged. `Warning` means that something
        was worked around. Nothing above `Debug` is logged for each record or request.

        """;

    private static readonly (string Folder, string Title)[] Sections =
    [
        ("Storage", "Storage: `StreamLog.Storage`"),
        ("Metadata", "Metadata: `StreamLog.Metadata`"),
        ("Quorum", "Quorum: `StreamLog.Quorum`"),
        ("Groups", "Groups: `StreamLog.Groups`"),
        ("Transactions", "Transactions: `StreamLog.Transactions`"),
        ("Broker", "Broker: `StreamLog.Broker`"),
        ("Authentication", "Authentication: `StreamLog.Security`"),
        ("Authorization", "Authorization: `StreamLog.Security`"),
        ("Clients", "Clients: `StreamLog.{Producer, Consumer, GroupConsumer, Topic}`"),
        ("Replication", "Replication: `StreamLog.Replication`"),
        ("Threading", "Threading"),
        ("Diagnostics", "Diagnostics"),
        ("", "Node: `StreamLog.StreamLogNode`"),
        ("StreamLog.Kafka", "Kafka clients: `StreamLog.Kafka`"),
    ];

    /// <summary>On a change that is meant, run with <c>STREAMLOG_APPROVE=1</c> and read the difference.</summary>
    [Fact]
    public void It_lists_the_events_of_the_code()
    {
        string actual = Render(SourceTree.FilesThatLog().Select(SourceTree.Parse));
        string path = Path.Combine(SourceTree.RepositoryRoot, "docs", "events.md");
        if (Environment.GetEnvironmentVariable("STREAMLOG_APPROVE") == "1")
            File.WriteAllText(path, actual);

        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "", actual);
    }

    [Fact]
    public void An_event_is_a_row()
    {
        SyntaxTree tree = SourceTree.Parse(
            """
            class X { static partial class Log {
              [LoggerMessage(1002, LogLevel.Error, "It is | gone: " + "{Reason}")] static partial void Gone(int a);
              [LoggerMessage(1001, LogLevel.Debug, "Well.")] static partial void Well(); } }
            """,
            Path.Combine(SourceTree.Root("StreamLog"), "Storage", "X.Log.cs"));

        string table = Render([tree]);

        Assert.EndsWith(
            "| 1001 | Well | Debug | Well. |\n| 1002 | Gone | Error | It is \\| gone: {Reason} |\n", table);
    }

    private static string Render(IEnumerable<SyntaxTree> sources)
    {
        ILookup<string, Event> events = sources.SelectMany(EventsOf).ToLookup(found => found.Folder);
        StringBuilder page = new(Head);
        foreach ((string folder, string title) in Sections)
        {
            if (!events.Contains(folder))
                continue;
            page.Append($"\n## {title}\n\n| id | name | level | message |\n|--:|---|---|---|\n");
            foreach (Event row in events[folder].OrderBy(found => found.Id))
                page.Append($"| {row.Id} | {row.Name} | {row.Level} | {row.Message.Replace("|", "\\|")} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<Event> EventsOf(SyntaxTree tree) =>
        from attribute in tree.GetRoot().DescendantNodes().OfType<AttributeSyntax>()
        where attribute.Name.ToString() == "LoggerMessage"
        let arguments = attribute.ArgumentList!.Arguments
        let method = attribute.FirstAncestorOrSelf<MethodDeclarationSyntax>()!
        select new Event(
            SourceTree.FolderThatLogs(tree.FilePath),
            int.Parse(Argument(arguments, 0, "EventId")!.ToString(), null),
            method.Identifier.Text,
            Argument(arguments, 1, "Level")?.ToString().Split('.')[^1] ?? "varies",
            Text(Argument(arguments, 2, "Message")!));

    private static ExpressionSyntax? Argument(
        SeparatedSyntaxList<AttributeArgumentSyntax> arguments, int place, string name) =>
        (arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.Text == name)
            ?? arguments.Where(argument => argument.NameEquals is null).ElementAtOrDefault(place))?.Expression;

    // The texts of a sum, one behind the other.
    private static string Text(ExpressionSyntax message) => string.Concat(
        message.DescendantNodesAndSelf().OfType<LiteralExpressionSyntax>()
            .Where(literal => literal.IsKind(SyntaxKind.StringLiteralExpression))
            .Select(literal => literal.Token.ValueText));

    private sealed record Event(string Folder, int Id, string Name, string Level, string Message);
}
