using System.Text.Json;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

public sealed class DumpCommandTests : IAsyncLifetime
{
    private readonly TempDirectory _data = new();

    private string Segment => Path.Combine(_data.Path, "orders-0", "00000000000000000000.log");

    public async ValueTask InitializeAsync()
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(new() { DataDirectory = _data.Path });
        await node.Admin.CreateTopicAsync("orders", configs: new Dictionary<string, string>
        {
            ["index.interval.bytes"] = "0",
        });
        await using (IProducer<string, string> producer =
            node.CreateProducer<string, string>(options => options.Compression = CompressionType.Gzip))
        {
            for (int i = 0; i < 3; i++)
            {
                RecordHeaders headers = [];
                headers.Add("from", "test");
                await producer.AppendAsync("orders", new($"key-{i}", $"value-{i}") { Headers = headers });
            }
        }

        await using ITransactionalProducer session = node.CreateTransactionalProducer("payer");
        await using IProducer<string, string> transactional = session.CreateProducer<string, string>();
        await using ITransaction transaction = await session.BeginAsync();
        await transactional.AppendAsync("orders", new("k", "lost"));
        await transaction.AbortAsync();
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_segment_is_batches_and_records()
    {
        CliRun batches = (await CliRun.OfAsync("dump", Segment)).Ok();
        Assert.Equal(Segment, batches.Lines[0]);
        Assert.Matches(
            "^  byte 0: offsets 0 to 0, 1 records, \\d+ bytes, Gzip, epoch \\d+, .*Z, "
            + "producer \\d+ epoch 0 sequence 0$",
            batches.Lines[1]);
        Assert.EndsWith("transactional", batches.Lines[4]);
        Assert.EndsWith("control, transactional", batches.Lines[5]);
        Assert.StartsWith("  5 batches, 5 records, ", batches.Lines[6]);

        CliRun records = (await CliRun.OfAsync("dump", Segment, "--records")).Ok();
        Assert.Matches(
            "(?m)^    offset 1, .*Z: key \"key-1\", value \"value-1\", headers from=\"test\"$", records.Output);
        Assert.Matches("(?m)^    offset 4, .*Z: Abort$", records.Output);
    }

    [Fact]
    public async Task Json_is_a_document_a_line()
    {
        CliRun run = (await CliRun.OfAsync("dump", Segment, "--records", "--json")).Ok();

        JsonElement[] lines = [.. run.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(10, lines.Length);
        Assert.Equal("batch", lines[0].GetProperty("kind").GetString());
        Assert.Equal("Gzip", lines[0].GetProperty("entry").GetProperty("compression").GetString());
        Assert.Equal("key-0"u8.ToArray(), lines[1].GetProperty("entry").GetProperty("key").GetBytesFromBase64());
        Assert.Equal("Abort", lines[9].GetProperty("entry").GetProperty("control").GetString());
    }

    [Fact]
    public async Task Every_file_of_a_directory_is_known_and_sound()
    {
        CliRun run = (await CliRun.OfAsync("dump", _data.Path, "--records")).Ok();

        foreach (string part in (string[])
        [
            "00000000000000000000.index", "00000000000000000000.timeindex", "00000000000000000000.txnindex",
            "leader-epoch-checkpoint", "streamlog.flush-marks", "meta.properties", "replication-offset-checkpoint",
            "quorum-state", "partition.metadata", ".kafka_cleanshutdown",
        ])
        {
            Assert.Contains(run.Lines, line => line.EndsWith(part, StringComparison.Ordinal));
        }

        Assert.Matches("(?m)^  producer \\d+ aborted offsets 3 to 4, stable up to \\d+$", run.Output);
        Assert.Matches("(?m)^  offset 1 in the batch at byte \\d+$", run.Output);
        Assert.Contains("TopicRecord {\"Name\":\"orders\"", run.Output);
        Assert.Contains("TransactionLogKey {\"TransactionalId\":\"payer\"} = TransactionLogValue", run.Output);
        Assert.DoesNotContain("DAMAGED", run.Output);
    }

    [Fact]
    public async Task What_a_group_committed_is_decoded()
    {
        (await CliRun.OfAsync("consume", "orders", "-g", "billing", "--data", _data.Path)).Ok();

        CliRun run = (await CliRun.OfAsync("dump", _data.Path, "--records")).Ok();

        Assert.Contains("OffsetCommitKey {\"Group\":\"billing\",\"Topic\":\"orders\",\"Partition\":0}", run.Output);
        Assert.Contains("ConsumerGroupMetadataKey {\"GroupId\":\"billing\"}", run.Output);
    }

    [Fact]
    public async Task Behind_damage_it_goes_on()
    {
        byte[] bytes = await File.ReadAllBytesAsync(Segment);
        int size = 12 + (bytes[10] << 8) + bytes[11];
        bytes[size + 70] ^= 1;
        await File.WriteAllBytesAsync(Segment, bytes);

        CliRun run = await CliRun.OfAsync("dump", Segment);

        Assert.Equal(ExitCodes.Damaged, run.ExitCode);
        Assert.Matches(
            $"^  DAMAGED at byte {size}: the checksum of a batch does not match its bytes; sound again at byte "
            + "\\d+\\.$",
            run.Lines[2]);
        Assert.StartsWith($"  byte {2 * size}: offsets 2 to 2", run.Lines[3]);
        Assert.StartsWith("  4 batches", run.Lines[6]);
    }

    [Fact]
    public async Task A_torn_tail_is_damage_at_its_place()
    {
        byte[] bytes = await File.ReadAllBytesAsync(Segment);
        await File.WriteAllBytesAsync(Segment, bytes[..^10]);

        CliRun run = await CliRun.OfAsync("dump", Segment, "--json");

        Assert.Equal(ExitCodes.Damaged, run.ExitCode);
        Assert.Contains("\"kind\":\"fault\"", run.Lines[^1]);
        Assert.Equal(5, run.Lines.Length);
    }

    [Fact]
    public async Task What_is_no_file_of_a_log_is_said()
    {
        await File.WriteAllTextAsync(_data["notes.txt"], "");

        Assert.Equal(ExitCodes.Failed, (await CliRun.OfAsync("dump", _data["notes.txt"])).ExitCode);
        Assert.Equal(ExitCodes.Failed, (await CliRun.OfAsync("dump", _data["nothing"])).ExitCode);
        Directory.CreateDirectory(_data["empty"]);
        Assert.Equal(ExitCodes.Failed, (await CliRun.OfAsync("dump", _data["empty"])).ExitCode);
    }
}
