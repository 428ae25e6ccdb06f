using System.Text.Json;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

public sealed class TopicsCommandTests : IDisposable
{
    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_topic_lives_from_create_to_delete()
    {
        CliRun created = (await TopicsAsync("create", "orders", "-p", "3", "-c", "retention.ms=1000")).Ok();
        Assert.Equal("Created topic 'orders'.\n", created.Output);

        Assert.Equal("orders\n", (await TopicsAsync("list")).Ok().Output);
        CliRun described = (await TopicsAsync("describe", "orders")).Ok();
        Assert.Equal(5, described.Lines.Length);
        Assert.StartsWith("orders  (", described.Lines[0]);
        Assert.Equal(
            "PARTITION  LEADER  REPLICAS  IN SYNC  EPOCH  START  END  SIZE  STATE", described.Lines[1]);
        Assert.Matches("^        0       1  1         1  +\\d+      0    0   0 B  online$", described.Lines[2]);

        Assert.Equal(
            "Topic 'orders' has 5 partitions now.\n", (await TopicsAsync("alter", "orders", "-p", "5")).Ok().Output);
        CliRun list = (await TopicsAsync("list", "--long")).Ok();
        Assert.Equal("TOPIC   PARTITIONS  OFFSETS  SIZE  STATE", list.Lines[0]);
        Assert.Equal("orders           5        0   0 B  online", list.Lines[1]);

        Assert.Equal("Deleted topic 'orders'.\n", (await TopicsAsync("delete", "orders")).Ok().Output);
        Assert.Equal("", (await TopicsAsync("list")).Ok().Output);
    }

    [Fact]
    public async Task Json_is_one_document()
    {
        (await TopicsAsync("create", "orders")).Ok();

        using JsonDocument names = JsonDocument.Parse((await TopicsAsync("list", "--json")).Ok().Output);
        Assert.Equal("orders", names.RootElement[0].GetString());
        using JsonDocument topics = JsonDocument.Parse((await TopicsAsync("describe", "orders", "--json")).Output);
        JsonElement partition = topics.RootElement[0].GetProperty("partitions")[0];
        Assert.Equal(0, partition.GetProperty("highWatermark").GetInt64());
        Assert.Equal(JsonValueKind.Null, partition.GetProperty("failure").ValueKind);
    }

    [Fact]
    public async Task A_topic_that_is_there_is_no_error_where_that_is_said()
    {
        (await TopicsAsync("create", "orders")).Ok();

        CliRun again = await TopicsAsync("create", "orders");
        Assert.Equal(ExitCodes.Failed, again.ExitCode);
        Assert.StartsWith("streamlog: There already is a topic 'orders'.", again.Errors);
        Assert.Equal("", again.Output);
        Assert.Equal(
            "Topic 'orders' was there already.\n", (await TopicsAsync("create", "orders", "--if-missing")).Ok().Output);
    }

    [Fact]
    public async Task What_the_log_refuses_is_one_line_on_stderr()
    {
        (await TopicsAsync("create", "orders", "-p", "2")).Ok();

        foreach (string[] arguments in (string[][])
        [
            ["describe", "payments"], ["delete", "payments"], ["alter", "orders", "-p", "1"],
            ["create", "a", "-c", "no.such.setting=1"], ["create", "a", "--replication-factor", "2"],
        ])
        {
            CliRun run = await TopicsAsync(arguments);
            Assert.Equal(ExitCodes.Failed, run.ExitCode);
            Assert.StartsWith("streamlog: ", run.Errors);
            Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    // Goal: what no log could take is a wrong command line, is said in one line, and nothing comes of it.
    [Theory]
    [InlineData("orders", "--partitions", "0")]
    [InlineData("orders", "--partitions", "-1")]
    [InlineData("orders", "--replication-factor", "0")]
    [InlineData("bad name")]
    [InlineData("..")]
    public async Task What_no_topic_can_be_is_a_wrong_command_line(params string[] arguments)
    {
        CliRun run = await TopicsAsync(["create", .. arguments]);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Output));
        Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(Directory.GetFileSystemEntries(_data.Path));
    }

    [Fact]
    public async Task A_topic_says_how_many_replicas_it_has()
    {
        (await TopicsAsync("create", "orders", "--replication-factor", "1", "-p", "2")).Ok();

        Assert.Contains("orders", (await TopicsAsync("list", "--long")).Ok().Output);
        Assert.Equal(
            "Topic 'orders' was there already.\n",
            (await TopicsAsync("create", "orders", "--replication-factor", "1", "--if-missing")).Ok().Output);
    }

    [Fact]
    public async Task What_is_missing_is_said_in_the_words_of_a_shell()
    {
        (await TopicsAsync("create", "orders")).Ok();

        CliRun run = await TopicsAsync("describe", "payments");

        Assert.Equal("streamlog: There is no topic 'payments'. 'streamlog topics create' creates it.\n", run.Errors);
    }

    [Fact]
    public async Task Where_there_is_no_log_none_is_made_by_looking()
    {
        CliRun run = await CliRun.OfAsync("topics", "list", "--data", _data["nothing"]);

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("There is no log in", run.Errors);
        Assert.False(Directory.Exists(_data["nothing"]));
    }

    [Fact]
    public async Task A_directory_of_another_node_id_is_opened_as_that()
    {
        StreamLogOptions options = new() { DataDirectory = _data.Path, NodeId = 7 };
        await using (StreamLogNode node = await StreamLogNode.StartAsync(options))
            await node.Admin.CreateTopicAsync("orders");

        using JsonDocument topics = JsonDocument.Parse((await TopicsAsync("describe", "orders", "--json")).Ok().Output);
        Assert.Equal(7, topics.RootElement[0].GetProperty("partitions")[0].GetProperty("leaderId").GetInt32());
    }

    [Fact]
    public async Task A_directory_in_use_is_left_alone()
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(new() { DataDirectory = _data.Path });

        CliRun run = await TopicsAsync("list");

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("is in use", run.Errors);
    }

    private Task<CliRun> TopicsAsync(params string[] arguments) =>
        CliRun.OfAsync(["topics", .. arguments, "--data", _data.Path]);
}
