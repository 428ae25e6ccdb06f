using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Kafka.Tests.Clients;

/// <summary>kcat does what its users do, against the listener.</summary>
/// <remarks>It has no client for administration: topics are made by asking for them, and by the node itself.</remarks>
public sealed class KcatTests
{
    // kcat takes its input in pieces of this size, and sends nothing before it has one, or the end.
    private const int PieceLength = 1_024;

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task It_produces_with_each_codec_and_acks(string codec)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        List<string> expected = [];
        foreach (string acks in (string[])["0", "1", "all"])
        {
            List<string> lines = Lines($"{codec} {acks} {new string('x', 200)}", 20);
            await ProduceAsync(node, "codecs", lines, "-z", codec, "-X", $"acks={acks}", "-X", "linger.ms=5");
            expected.AddRange(lines);
        }

        // Nobody tells when records have come that are not acknowledged, so their number is waited for.
        List<string> read = await ReadAsync(node, "codecs", "-c", $"{expected.Count}");

        Assert.Equal(expected.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        Assert.All(
            await LoggedBatch.ReadAsync(node.Broker, "codecs"),
            batch => Assert.Equal(codec, batch.Codec.ToString(), ignoreCase: true));
    }

    [Fact]
    public async Task Its_keys_headers_and_nulls_come_back()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();

        await ProduceAsync(node, "forms", ["k:v", "k:", "only"], "-K", ":", "-Z", "-H", "a=1", "-H", "b=2");

        Assert.Equal(
            ["k 1 v 1 a=1,b=2 0", "k 1 NULL -1 a=1,b=2 1", "NULL -1 only 4 a=1,b=2 2"],
            await ReadAsync(node, "forms", "-e", "-Z", "-f", "%k %K %s %S %h %o\n"));
    }

    [Fact]
    public async Task It_is_idempotent()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        List<string> lines = Lines("idempotent", 2_000);

        await ProduceAsync(
            node, "idempotent", lines, "-X", "enable.idempotence=true", "-X", "linger.ms=1", "-X",
            "batch.num.messages=10");

        Assert.Equal(lines, await ReadAsync(node, "idempotent", "-e"));
        Assert.All(await LoggedBatch.ReadAsync(node.Broker, "idempotent"), batch => Assert.True(batch.HasProducerId));
    }

    [Fact]
    public async Task It_commits_and_aborts_transactions()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        string id = "transactional.id=kcat";
        await ProduceAsync(node, "transactions", Lines("a", 10), "-X", id);
        List<string> piece = Lines(new string('b', 60), 16, "D3");
        Assert.Equal(PieceLength, piece.Sum(line => line.Length + 1));
        using (ClientProgram aborting = ClientProgram.StartKcat(
            "-b", node.Endpoint.Address, "-P", "-t", "transactions", "-X", id, "-X", "linger.ms=0"))
        {
            foreach (string line in piece)
                await aborting.SayAsync(line);
            List<string> uncommitted = await ReadAsync(
                node, "transactions", "-o", "11", "-c", "16", "-X", "isolation.level=read_uncommitted");
            Assert.Equal(piece, uncommitted);
            await aborting.InterruptAsync();
        }

        await ProduceAsync(node, "transactions", Lines("c", 10), "-X", id);

        Assert.Equal([.. Lines("a", 10), .. Lines("c", 10)], await ReadAsync(node, "transactions", "-e"));
        Assert.All(
            await LoggedBatch.ReadAsync(node.Broker, "transactions"), batch => Assert.True(batch.IsTransactional));
    }

    [Theory]
    [InlineData("range")]
    [InlineData("cooperative-sticky")]
    public async Task Its_groups_share_partitions(string strategy)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await node.Node.Admin.CreateTopicAsync("groups", partitions: 4);
        bool isCooperative = strategy == "cooperative-sticky";
        ClientProgram Join(params string[] more) => ClientProgram.StartKcat(
            [
                "-b", node.Endpoint.Address, "-G", "sharing", "-u", "-f", "%p %s\n", "-X",
                $"partition.assignment.strategy={strategy}", "-X", "auto.offset.reset=earliest", "-X",
                "heartbeat.interval.ms=200", .. more, "groups",
            ]);
        using ClientProgram first = Join();
        await WaitForSharesAsync(first, 4);
        using ClientProgram second = Join("-c", "20");
        await Task.WhenAll(
            isCooperative ? WaitForSharesAsync(first, 2, "revoke") : WaitForSharesAsync(first, 2),
            WaitForSharesAsync(second, 2));

        for (int partition = 0; partition < 4; partition++)
            await ProduceAsync(node, "groups", Lines($"{partition}", 10), "-p", $"{partition}");
        List<string>[] read = await Task.WhenAll(first.ReadLinesAsync(20), second.ReadLinesAsync(20));

        // Each partition has one reader, who gets all of it in its order.
        Assert.All(read, lines => Assert.Equal(2, lines.Select(line => line[0]).Distinct().Count()));
        for (int partition = 0; partition < 4; partition++)
        {
            Assert.Equal(
                Lines($"{partition} {partition}", 10),
                read.SelectMany(lines => lines).Where(line => line[0] - '0' == partition));
        }

        // The second has enough, commits and leaves: the first gets its partitions.
        await second.EndAsync();
        await WaitForSharesAsync(first, isCooperative ? 2 : 4);
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
            await node.Node.Admin.ListGroupOffsetsAsync("sharing");
        Assert.All(
            read[1].Select(line => line[0] - '0').Distinct(),
            partition => Assert.Equal(10, committed[new TopicPartition("groups", partition)].Offset));
    }

    [Fact]
    public async Task It_seeks_by_time()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await node.Node.Admin.CreateTopicAsync("times", partitions: 1);
        for (int i = 0; i < 10; i++)
            await AppendAsync(node, "times", 1_000_000 + (i * 1_000), $"{i}");
        async Task<string> OffsetAt(long time) =>
            (await ClientProgram.KcatAsync(null, "-b", node.Endpoint.Address, "-Q", "-t", $"times:0:{time}")).Trim();

        Assert.Equal("times [0] offset 5", await OffsetAt(1_004_500));
        Assert.Equal("times [0] offset -1", await OffsetAt(9_000_000));
        Assert.Equal(("times [0] offset 0", "times [0] offset 10"), (await OffsetAt(-2), await OffsetAt(-1)));
        Assert.Equal(["5", "6", "7", "8", "9"], await ReadAsync(node, "times", "-e", "-o", "s@1004500"));
        Assert.Equal(["3", "4", "5"], await ReadAsync(node, "times", "-e", "-o", "s@1003000", "-o", "e@1006000"));
        Assert.Equal(["8", "9"], await ReadAsync(node, "times", "-e", "-o", "-2"));
    }

    [Fact]
    public async Task It_lists_brokers_and_topics()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await node.Node.Admin.CreateTopicAsync("listed", partitions: 3);
        string address = node.Endpoint.Address;

        string text = await ClientProgram.KcatAsync(null, "-b", address, "-L");
        JsonNode json = JsonNode.Parse(await ClientProgram.KcatAsync(null, "-b", address, "-L", "-J", "-t", "listed"))!;

        Assert.Contains($"1 brokers:\n  broker 1 at {address} (controller)", text, StringComparison.Ordinal);
        Assert.Contains("topic \"listed\" with 3 partitions", text, StringComparison.Ordinal);
        Assert.Equal(address, (string?)Assert.Single(json["brokers"]!.AsArray())!["name"]);
        JsonNode topic = Assert.Single(json["topics"]!.AsArray())!;
        Assert.Equal("listed", (string?)topic["topic"]);
        Assert.Equal(
            [(0, 1), (1, 1), (2, 1)],
            topic["partitions"]!.AsArray().Select(found => ((int)found!["partition"]!, (int)found["leader"]!)));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("PLAIN", true)]
    [InlineData("PLAIN", false)]
    [InlineData("SCRAM-SHA-256", true)]
    [InlineData("SCRAM-SHA-512", false)]
    public async Task It_is_secured(string? mechanism, bool encrypts)
    {
        using TestCertificate certificate = new();
        await using ListenedNode node = await ListenedNode.StartSecuredAsync(mechanism, encrypts ? certificate : null);
        string[] secured = Secured(mechanism, encrypts ? certificate : null, "secret");

        await ProduceAsync(node, "secured", ["a", "b", "c"], secured);

        Assert.Equal(["a", "b", "c"], await ReadAsync(node, "secured", ["-e", .. secured]));
    }

    [Fact]
    public async Task A_wrong_password_lets_nobody_in()
    {
        await using ListenedNode node = await ListenedNode.StartSecuredAsync("PLAIN", certificate: null);

        using ClientProgram kcat = ClientProgram.StartKcat(
            ["-b", node.Endpoint.Address, "-L", "-m", "60", .. Secured("PLAIN", null, "wrong")]);

        await kcat.WaitForNoteAsync("SASL authentication error");
    }

    private static string[] Secured(string? mechanism, TestCertificate? certificate, string password)
    {
        string protocol = (mechanism is null ? "" : "sasl_") + (certificate is null ? "plaintext" : "ssl");
        List<string> settings = ["-X", $"security.protocol={protocol}"];
        if (certificate is not null)
            settings.AddRange(["-X", $"ssl.ca.location={certificate.File}"]);
        if (mechanism is not null)
        {
            settings.AddRange(
                ["-X", $"sasl.mechanism={mechanism}", "-X", "sasl.username=alice", "-X", $"sasl.password={password}"]);
        }

        return [.. settings];
    }

    // Waits until a member is given so many partitions; all of them, or with cooperation those that are new to it.
    private static async Task WaitForSharesAsync(ClientProgram member, int count, string kind = "assign")
    {
        for (int found = -1; found != count;)
            found = (await member.WaitForNoteAsync(kind)).Count(letter => letter == '[');
    }

    private static Task ProduceAsync(
        ListenedNode node, string topic, List<string> lines, params string[] more) =>
        ClientProgram.KcatAsync(
            string.Concat(lines.Select(line => $"{line}\n")),
            ["-b", node.Endpoint.Address, "-P", "-t", topic, .. more]);

    private static async Task<List<string>> ReadAsync(ListenedNode node, string topic, params string[] more)
    {
        string read = await ClientProgram.KcatAsync(
            null, ["-b", node.Endpoint.Address, "-C", "-q", "-t", topic, .. more]);
        return [.. read.Split('\n')[..^1]];
    }

    private static async Task AppendAsync(ListenedNode node, string topic, long timestamp, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        using RecordBatchBuilder builder = new(1_024);
        Assert.True(builder.TryAppend(timestamp, default, hasKey: false, bytes, hasValue: true, headers: null));
        ProduceRequest request = Batches.Produce(topic, -1, "");
        request.TopicData[0].PartitionData[0].Records = builder.Build();
        await node.Broker.SendAsync(request, new RequestContext(), default);
    }

    private static List<string> Lines(string text, int count, string format = "D") =>
        [.. Enumerable.Range(0, count).Select(i => $"{text}{i.ToString(format, CultureInfo.InvariantCulture)}")];
}
