using System.Text;
using System.Text.Json;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

/// <summary>Records in by <c>produce</c>, and out by <c>consume</c>.</summary>
public sealed class RecordsTests : IDisposable
{
    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Lines_come_out_as_they_went_in()
    {
        CliRun produced = (await ProduceAsync("one\ntwo\r\n\nvier", "--create-topic")).Ok();
        Assert.Equal("Appended 4 records to 'orders'.\n", produced.Output);

        Assert.Equal("one\ntwo\n\nvier\n", (await ConsumeAsync()).Ok().Output);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("lz4")]
    [InlineData("snappy")]
    public async Task Keys_headers_and_fields_in_the_order_that_is_wanted(string codec)
    {
        (await CliRun.OfAsync("topics", "create", "orders", "-p", "2", "--data", _data.Path)).Ok();
        (await ProduceAsync(
            "a:1\nb:\nno key\n", "-k", ":", "-H", "from=test", "-H", "kind=x", "-p", "1", "-z", codec,
            "--null", "")).Ok();

        CliRun run = (await ConsumeAsync(
            "--show", "partition,offset,value,key,headers,topic", "--separator", "|", "--null", "NULL")).Ok();

        Assert.Equal(
            "1|0|1|a|from=test,kind=x|orders\n1|1|NULL|b|from=test,kind=x|orders\n"
            + "1|2|no key|NULL|from=test,kind=x|orders\n",
            run.Output);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("all")]
    public async Task Who_must_have_a_record_may_be_said(string acks)
    {
        (await ProduceAsync("one\n", "--create-topic", "--acks", acks)).Ok();

        Assert.Equal("one\n", (await ConsumeAsync()).Ok().Output);
    }

    [Fact]
    public async Task Who_there_is_not_cannot_be_waited_for()
    {
        CliRun refused = await ProduceAsync("one\n", "--create-topic", "--acks", "2");

        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains("--acks takes 0, 1 or all, and not '2'.", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_json_prints_json_takes_in()
    {
        (await ProduceAsync("a:1\nb:2\n", "-k", ":", "-H", "from=test", "--create-topic")).Ok();
        await using (StreamLogNode node = await StreamLogNode.StartAsync(new() { DataDirectory = _data.Path }))
        {
            await using IProducer<byte[], byte[]> producer = node.CreateProducer<byte[], byte[]>();
            await producer.AppendAsync(
                "orders", new([0xFF, 0x00], null!) { Timestamp = DateTimeOffset.UnixEpoch.AddMilliseconds(1234567) });
        }

        CliRun first = (await ConsumeAsync("--json")).Ok();
        using JsonDocument last = JsonDocument.Parse(first.Lines[2]);
        Assert.Equal("/wA=", last.RootElement.GetProperty("keyBase64").GetString());
        Assert.Equal(JsonValueKind.Null, last.RootElement.GetProperty("value").ValueKind);
        Assert.Equal("1970-01-01T00:20:34.567Z", last.RootElement.GetProperty("timestamp").GetString());

        string copy = _data["copy"];
        (await CliRun.WithInputAsync(
            first.Output, "produce", "orders", "--from-json", "--create-topic", "--data", copy)).Ok();
        Assert.Equal(first.Output, (await CliRun.OfAsync("consume", "orders", "--json", "--data", copy)).Ok().Output);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_stay_what_they_are()
    {
        byte[] bytes = [0x00, 0xFF, 0xC3, 0x28, (byte)'\n', 0x80, (byte)'\n'];
        (await CliRun.OfAsync(
            new MemoryStream(bytes), new MemoryStream(), default,
            "produce", "orders", "--create-topic", "--data", _data.Path)).Ok();

        MemoryStream output = new();
        (await CliRun.OfAsync(Stream.Null, output, default, "consume", "orders", "--data", _data.Path)).Ok();
        Assert.Equal(bytes, output.ToArray());
        Assert.Equal("00ffc328\n80\n", (await ConsumeAsync("--hex")).Ok().Output);
    }

    [Theory]
    [InlineData("0", "0 1 2 3 4 5 6 7 8 9")]
    [InlineData("7", "7 8 9")]
    [InlineData("99", "")]
    [InlineData("end", "")]
    [InlineData("end-2", "8 9")]
    [InlineData("end-99", "0 1 2 3 4 5 6 7 8 9")]
    [InlineData("beginning", "0 1 2 3 4 5 6 7 8 9")]
    [InlineData("2026-01-01T00:00:04Z", "4 5 6 7 8 9")]
    [InlineData("2026-01-01T00:00:03.500Z", "4 5 6 7 8 9")]
    [InlineData("2030-01-01", "")]
    [InlineData("1h", "")]
    public async Task It_begins_at_any_place(string from, string expected)
    {
        string lines = string.Concat(Enumerable.Range(0, 10).Select(i =>
            $$"""{"value":"{{i}}","timestamp":"2026-01-01T00:00:0{{i}}Z"}""" + "\n"));
        (await ProduceAsync(lines, "--from-json", "--create-topic")).Ok();

        CliRun run = (await ConsumeAsync("--from", from)).Ok();

        Assert.Equal(expected, string.Join(' ', run.Lines));
    }

    [Fact]
    public async Task It_stops_after_a_number_of_records()
    {
        (await ProduceAsync("1\n2\n3\n", "--create-topic")).Ok();

        Assert.Equal("1\n2\n", (await ConsumeAsync("--max", "2")).Ok().Output);
    }

    [Fact]
    public async Task It_reads_the_partitions_that_are_wanted()
    {
        (await CliRun.OfAsync("topics", "create", "orders", "-p", "3", "--data", _data.Path)).Ok();
        for (int i = 0; i < 3; i++)
            (await ProduceAsync($"{i}\n", "-p", $"{i}")).Ok();

        Assert.Equal("2\n", (await ConsumeAsync("-p", "2")).Ok().Output);
        Assert.Equal(ExitCodes.Usage, (await ConsumeAsync("-p", "3")).ExitCode);
    }

    [Fact]
    public async Task A_group_goes_on_where_it_stopped()
    {
        (await ProduceAsync("1\n2\n3\n4\n5\n", "--create-topic")).Ok();

        Assert.Equal("1\n2\n", (await ConsumeAsync("-g", "billing", "-n", "2")).Ok().Output);
        Assert.Equal("3\n4\n5\n", (await ConsumeAsync("-g", "billing")).Ok().Output);
        Assert.Equal("", (await ConsumeAsync("-g", "billing")).Ok().Output);
        Assert.Equal("", (await ConsumeAsync("-g", "new", "--from", "end")).Ok().Output);
    }

    [Fact]
    public async Task The_end_is_found_behind_aborted_transactions()
    {
        (await ProduceAsync("1\n", "--create-topic")).Ok();
        await using (StreamLogNode node = await StreamLogNode.StartAsync(new() { DataDirectory = _data.Path }))
        {
            await using ITransactionalProducer session = node.CreateTransactionalProducer("t");
            await using IProducer<string, string> producer = session.CreateProducer<string, string>();
            await using (ITransaction transaction = await session.BeginAsync())
            {
                await producer.AppendAsync("orders", new("k", "lost"));
                await transaction.AbortAsync();
            }
        }

        Assert.Equal("1\n", (await ConsumeAsync()).Ok().Output);
        Assert.Equal("1\n", (await ConsumeAsync("-g", "billing")).Ok().Output);
        Assert.Equal("1\nlost\n", (await ConsumeAsync("--uncommitted")).Ok().Output);
    }

    [Fact]
    public async Task A_line_that_is_no_record_ends_it_behind_what_came_before()
    {
        CliRun run = await ProduceAsync("""{"value":"1"}""" + "\nno json\n", "--from-json", "--create-topic");

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.StartsWith("streamlog: Line 2 is not a record in JSON", run.Errors);
        Assert.EndsWith("The 1 records before it were appended.\n", run.Errors);
        Assert.Equal("1\n", (await ConsumeAsync()).Ok().Output);
    }

    [Fact]
    public async Task What_makes_no_sense_together_is_refused_before_anything_is_opened()
    {
        foreach (string[] arguments in (string[][])
        [
            ["consume", "orders", "-g", "billing", "-p", "0"], ["consume", "orders", "-g", "billing", "-o", "5"],
            ["consume", "orders", "-o", "somewhere"], ["consume", "orders", "-n", "0"],
            ["consume", "orders", "--show", "colour"], ["consume", "orders", "--show", "1"],
            ["produce", "orders", "-k", ":", "--from-json"], ["produce", "orders", "-H", "x"],
            ["produce", "orders", "-k", ""], ["consume"], ["consum", "orders"],
        ])
        {
            CliRun run = await CliRun.OfAsync([.. arguments, "--data", _data["none"]]);
            Assert.Equal(ExitCodes.Usage, run.ExitCode);
            Assert.NotEqual("", run.Errors);
            Assert.Equal("", run.Output);
        }

        Assert.False(Directory.Exists(_data["none"]));
    }

    [Fact]
    public async Task A_topic_that_is_missing_is_reported_before_input_is_read()
    {
        (await ProduceAsync("1\n", "--create-topic")).Ok();

        CliRun run = await CliRun.OfAsync(
            new UnreadableStream(), new MemoryStream(), default, "produce", "payments", "--data", _data.Path);

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("payments", run.Errors);
    }

    [Fact]
    public async Task A_partition_that_is_not_there_is_a_wrong_command_line()
    {
        (await ProduceAsync("1\n", "--create-topic")).Ok();

        CliRun run = await ProduceAsync("2\n", "--partition", "99");

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("has no partition 99", run.Errors);
        Assert.Equal("1\n", (await ConsumeAsync()).Ok().Output);
    }

    [Fact]
    public async Task Ctrl_C_ends_following_with_success()
    {
        (await ProduceAsync("1\n2\n", "--create-topic")).Ok();
        using CancellationTokenSource stop = new();
        WatchedStream output = new();
        Task<CliRun> run = CliRun.OfAsync(
            Stream.Null, output, stop.Token, "consume", "orders", "--follow", "-o", "beginning", "--data", _data.Path);

        await output.Received("1\n2\n");
        await stop.CancelAsync();

        Assert.Equal(ExitCodes.Success, (await run).ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_ends_producing_with_what_was_read()
    {
        using CancellationTokenSource stop = new();
        EndlessStream input = new(Encoding.UTF8.GetBytes("1\n2\n3\nhalf a line"));
        Task<CliRun> run = CliRun.OfAsync(
            input, new MemoryStream(), stop.Token, "produce", "orders", "--create-topic", "--data", _data.Path);

        await input.WasRead;
        await stop.CancelAsync();

        CliRun stopped = await run;
        input.Release();
        Assert.Equal(ExitCodes.Interrupted, stopped.ExitCode);
        Assert.Equal("Appended 3 records to 'orders'.\n", stopped.Output);
        Assert.Equal("1\n2\n3\n", (await ConsumeAsync()).Ok().Output);
    }

    private Task<CliRun> ProduceAsync(string input, params string[] arguments) =>
        CliRun.WithInputAsync(input, ["produce", "orders", .. arguments, "--data", _data.Path]);

    private Task<CliRun> ConsumeAsync(params string[] arguments) =>
        CliRun.OfAsync(["consume", "orders", .. arguments, "--data", _data.Path]);
}
