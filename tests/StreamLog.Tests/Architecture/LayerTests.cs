using Xunit;

namespace StreamLog.Tests.Architecture;

/// <summary>Keeps the folders of each package in layers.</summary>
/// <remarks>Think hard about the layering before you change a table.</remarks>
public sealed class LayerTests
{
    private static readonly LayerTable Engine = new(
        "StreamLog",
        ("Diagnostics", []),
        ("Threading", ["Diagnostics"]),
        ("Storage", ["Diagnostics", "Threading"]),
        ("Replication", ["Diagnostics", "Threading", "Storage"]),
        ("Authentication", ["Diagnostics"]),
        ("Metadata", ["Diagnostics", "Threading", "Storage", "Replication", "Authentication"]),
        ("Authorization", ["Metadata"]),
        ("Quotas", ["Metadata"]),
        ("Quorum", ["Diagnostics", "Threading", "Storage"]),
        ("Coordinators", ["Diagnostics", "Threading", "Storage", "Replication", "Metadata"]),
        ("Groups", ["Diagnostics", "Threading", "Storage", "Replication", "Metadata", "Coordinators"]),
        ("Transactions", ["Diagnostics", "Threading", "Storage", "Replication", "Metadata", "Coordinators"]),
        ("Broker",
        [
            "Diagnostics", "Threading", "Storage", "Replication", "Authentication", "Metadata", "Authorization",
            "Quorum", "Coordinators", "Groups", "Transactions",
        ]),
        // Clients know the engine through IBroker alone, so that the same clients talk to any other broker.
        ("Clients", ["Diagnostics", "Threading"]),
        // The root composes: it may name every folder, and no folder may name it.
        ("",
        [
            "Diagnostics", "Threading", "Storage", "Replication", "Authentication", "Metadata", "Quorum",
            "Coordinators", "Groups", "Transactions", "Authorization", "Quotas", "Broker", "Clients",
        ]));

    private static readonly LayerTable Protocol = new(
        "StreamLog.Protocol",
        // Here the root is the vocabulary: every folder may name it, and it names none.
        ("", []),
        ("Wire", [""]),
        ("Compression", [""]),
        ("Records", ["", "Wire", "Compression"]),
        ("Messages", ["", "Wire"]),
        ("Refusals", ["", "Messages"]));

    private static readonly LayerTable Kafka = new(
        "StreamLog.Kafka",
        // Options and seams, which applications see too.
        ("", []),
        ("Sockets", []),
        // The two directions know nothing of one another.
        ("Listening", ["", "Sockets"]),
        ("Connecting", ["", "Sockets"]),
        (LayerTable.Composition, ["", "Sockets", "Listening", "Connecting"]))
    {
        Composers =
        [
            "KafkaListener", "KafkaListenerExtensions", "ListenerComponent", "KafkaCluster", "KafkaClusterExtensions",
        ],
    };

    private static readonly LayerTable[] Tables = [Engine, Protocol, Kafka];

    public static TheoryData<string> Packages => [.. Tables.Select(table => table.Project)];

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_table_has_no_cycle(string package)
    {
        LayerTable table = TableOf(package);

        for (int i = 0; i < table.Layers.Length; i++)
        {
            string[] above = [.. table.Layers[..i].Select(layer => layer.Folder)];
            Assert.All(table.Layers[i].MayName, name => Assert.Contains(name, above));
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void No_folder_names_one_that_it_may_not(string package)
    {
        IReadOnlyList<string> violations = TableOf(package).Violations(SourceTree.Compile(package));

        Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations));
    }

    /// <summary>Goal: the test above can fail. Method: a lower folder names a type, a method, a base of a higher one.
    /// </summary>
    [Theory]
    [InlineData("Storage", "Broker", "internal static class Low { private static readonly High Up = new(); }", true)]
    [InlineData("Storage", "Broker", "internal static class Low { private static int Up() => High.Answer(); }", true)]
    [InlineData("Clients", "Storage", "internal sealed class Low : High;", true)]
    [InlineData("Storage", "", "internal sealed class Low : High;", true)]
    [InlineData("Elsewhere", "Storage", "internal sealed class Low;", true)]
    [InlineData("Broker", "Storage", "internal sealed class Low : High;", false)]
    [InlineData("", "Storage", "internal sealed class Low : High;", false)]
    [InlineData("Storage", "Storage", "internal sealed class Low : High;", false)]
    public void A_folder_that_names_a_higher_one_is_found(string from, string to, string code, bool isFound)
    {
        string root = SourceTree.Root("StreamLog");
        IReadOnlyList<string> violations = Engine.Violations(SourceTree.Compile("StreamLog",
        [
            SourceTree.Parse(code, Path.Combine(root, from, "Low.cs")),
            SourceTree.Parse(
                "internal class High { public static int Answer() => 42; }", Path.Combine(root, to, "High.cs")),
        ]));

        Assert.Equal(isFound, violations.Any(violation => violation.Contains("Low.cs", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_vocabulary_of_the_protocol_names_no_folder()
    {
        string root = SourceTree.Root("StreamLog.Protocol");
        IReadOnlyList<string> violations = Protocol.Violations(SourceTree.Compile("StreamLog.Protocol",
        [
            SourceTree.Parse("internal sealed class Word { private High? _high; }", Path.Combine(root, "Word.cs")),
            SourceTree.Parse(
                "internal sealed class High { private Word? _word; }", Path.Combine(root, "Wire", "High.cs")),
        ]));

        Assert.Contains("the root must not name High of Wire", Assert.Single(violations));
    }

    /// <summary>Goal: folders of the package may name words of its root, and not what composes.</summary>
    [Theory]
    [InlineData("Listening", "Sockets/High.cs", false)]
    [InlineData("Listening", "High.cs", false)]
    [InlineData("Sockets", "Listening/High.cs", true)]
    [InlineData("Listening", "Connecting/High.cs", true)]
    [InlineData("Connecting", "Listening/High.cs", true)]
    [InlineData("Connecting", "KafkaCluster.cs", true)]
    [InlineData("Listening", "KafkaListener.Log.cs", true)]
    [InlineData("", "KafkaCluster.cs", true)]
    [InlineData("", "Connecting/High.cs", true)]
    public void The_two_directions_name_what_they_share_and_not_one_another(string from, string to, bool isFound)
    {
        string root = SourceTree.Root("StreamLog.Kafka");
        IReadOnlyList<string> violations = Kafka.Violations(SourceTree.Compile("StreamLog.Kafka",
        [
            SourceTree.Parse("internal sealed class Low : High;", Path.Combine(root, from, "Low.cs")),
            SourceTree.Parse("internal class High;", Path.Combine(root, to)),
        ]));

        Assert.Equal(isFound, violations.Count > 0);
    }

    private static LayerTable TableOf(string package) => Tables.Single(table => table.Project == package);
}
