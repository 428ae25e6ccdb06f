using System.Text.Json;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

public sealed class VerifyCommandTests : IAsyncLifetime
{
    private const int Segments = 3;

    private readonly TempDirectory _data = new();

    private string Partition => Path.Combine(_data.Path, "orders-0");

    public async ValueTask InitializeAsync()
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(new() { DataDirectory = _data.Path });
        await node.Admin.CreateTopicAsync("orders", configs: new Dictionary<string, string>
        {
            ["index.interval.bytes"] = "0",
            ["segment.bytes"] = "1024",
        });
        await using IProducer<string, string> producer = node.CreateProducer<string, string>();
        for (int i = 0; i < Segments; i++)
            await producer.AppendAsync("orders", new($"key-{i}", new string('x', 700)));
        // Two batches more for the last one.
        await producer.AppendAsync("orders", new("key", "a"));
        await producer.AppendAsync("orders", new("key", "b"));
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_sound_directory_is_sound_and_stays_as_it_is()
    {
        Dictionary<string, byte[]> before = Contents();

        CliRun run = (await CliRun.OfAsync("verify", _data.Path, "--records")).Ok();

        Assert.Matches("^Read \\d+ partitions, .*: nothing is damaged\\.$", Assert.Single(run.Lines));
        Dictionary<string, byte[]> after = Contents();
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before, file => Assert.Equal(file.Value, after[file.Key]));
    }

    [Theory]
    [InlineData("00000000000000000000.log", 100, "the checksum of a batch does not match its bytes")]
    [InlineData("00000000000000000001.log", 3, "a batch claims offset")]
    [InlineData("00000000000000000002.log", 200, "the checksum of a batch does not match its bytes")]
    [InlineData("00000000000000000001.log", 14, "leader epoch")]
    public async Task A_flipped_bit_in_a_segment_is_damage(string file, int position, string text)
    {
        Flip(Path.Combine(Partition, file), position);

        CliRun run = await CliRun.OfAsync("verify", _data.Path);

        Assert.Equal(ExitCodes.Damaged, run.ExitCode);
        Assert.StartsWith($"DAMAGED  orders-0/{file} at byte ", run.Lines[0]);
        Assert.Contains(text, run.Lines[0]);
        Assert.Contains("RepairAsync", run.Lines[1]);
    }

    [Theory]
    [InlineData(".index")]
    [InlineData(".timeindex")]
    public async Task An_index_that_does_not_fit_is_built_anew_where_it_is_deleted(string suffix)
    {
        string index = Path.Combine(Partition, $"{2:D20}{suffix}");
        Flip(index, 7);

        CliRun run = (await CliRun.OfAsync("verify", _data.Path)).Ok();
        Assert.StartsWith($"note  orders-0/{Path.GetFileName(index)} at byte ", run.Lines[0]);
        Assert.Contains(".index, .timeindex and .txnindex of the segment", run.Lines[1]);

        foreach (string each in (string[])[".index", ".timeindex", ".txnindex"])
            File.Delete(Path.ChangeExtension(index, each));
        (await CliRun.WithInputAsync("x\n", "produce", "orders", "--data", _data.Path)).Ok();
        Assert.Single((await CliRun.OfAsync("verify", _data.Path)).Ok().Lines);
        Assert.NotEqual(0, new FileInfo(index).Length);
    }

    [Fact]
    public async Task A_segment_that_is_missing_or_short_is_damage()
    {
        string last = Path.Combine(Partition, $"{2:D20}.log");
        byte[] content = await File.ReadAllBytesAsync(last);
        await File.WriteAllBytesAsync(last, []);
        Assert.Contains("bytes had been flushed", (await VerifyDamagedAsync()).Lines[0]);

        File.Delete(last);
        Assert.Contains("the segment is missing", (await VerifyDamagedAsync()).Lines[0]);

        await File.WriteAllBytesAsync(last, content);
        File.Delete(Path.Combine(Partition, $"{1:D20}.log"));
        Assert.Contains("the next segment begins at 2", (await VerifyDamagedAsync()).Lines[0]);

        Directory.Delete(Partition, recursive: true);
        Assert.Contains("its directory is missing", (await VerifyDamagedAsync()).Lines[0]);
    }

    [Fact]
    public async Task A_tail_behind_the_last_flush_is_no_damage_after_a_crash()
    {
        string last = Path.Combine(Partition, $"{2:D20}.log");
        await File.AppendAllTextAsync(last, "torn");
        Assert.Equal(ExitCodes.Damaged, (await CliRun.OfAsync("verify", _data.Path)).ExitCode);

        // Without the marker of a stop in order.
        File.Delete(_data[".kafka_cleanshutdown"]);
        CliRun run = (await CliRun.OfAsync("verify", _data.Path)).Ok();

        Assert.StartsWith("note  orders-0/", run.Lines[0]);
        Assert.Contains("the next start cuts it off", run.Lines[1]);
    }

    // Goal: what 'verify' finds in a segment, 'repair' cuts out: it tells what is lost, and nothing is damaged then.
    [Fact]
    public async Task What_is_damaged_is_repaired()
    {
        Assert.Equal(
            "Nothing of orders-0 is damaged.\n",
            (await CliRun.OfAsync("repair", _data.Path, "orders", "0")).Ok().Output);
        Flip(Path.Combine(Partition, $"{1:D20}.log"), 100);
        Assert.Contains("streamlog repair", (await VerifyDamagedAsync()).Output);

        CliRun repaired = (await CliRun.OfAsync("repair", _data.Path, "orders", "0")).Ok();

        Assert.Contains("offsets 1 to 1", repaired.Lines[0]);
        Assert.Contains(".cut", repaired.Lines[0]);
        Assert.Equal("orders-0: 1 offsets are lost.", repaired.Lines[^1]);
        (await CliRun.OfAsync("verify", _data.Path)).Ok();
        Assert.Equal(ExitCodes.Failed, (await CliRun.OfAsync("repair", _data.Path, "nobody", "0")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await CliRun.OfAsync("repair", _data.Path, "orders")).ExitCode);
    }

    [Theory]
    [InlineData("meta.properties", 30)]
    [InlineData("replication-offset-checkpoint", 6)]
    public async Task A_small_file_is_damaged_too(string file, int position)
    {
        Flip(_data[file], position);

        Assert.StartsWith($"DAMAGED  {file}", (await VerifyDamagedAsync()).Lines[0]);
    }

    [Fact]
    public async Task Json_names_places_and_remedies()
    {
        Flip(Path.Combine(Partition, $"{0:D20}.log"), 100);

        using JsonDocument json = JsonDocument.Parse((await CliRun.OfAsync("verify", _data.Path, "--json")).Output);

        Assert.Equal(1, json.RootElement.GetProperty("damaged").GetInt32());
        JsonElement finding = json.RootElement.GetProperty("findings")[0];
        Assert.True(finding.GetProperty("isDamage").GetBoolean());
        Assert.Equal(0, finding.GetProperty("position").GetInt64());
    }

    [Fact]
    public async Task A_directory_in_use_is_not_read()
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(new() { DataDirectory = _data.Path });

        CliRun run = await CliRun.OfAsync("verify", _data.Path);

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("A node has", run.Errors);
        Assert.Equal(ExitCodes.Failed, (await CliRun.OfAsync("verify", _data["nothing"])).ExitCode);
    }

    private async Task<CliRun> VerifyDamagedAsync()
    {
        CliRun run = await CliRun.OfAsync("verify", _data.Path);
        Assert.Equal(ExitCodes.Damaged, run.ExitCode);
        return run;
    }

    private Dictionary<string, byte[]> Contents() => Directory
        .EnumerateFiles(_data.Path, "*", SearchOption.AllDirectories)
        .ToDictionary(path => path, File.ReadAllBytes);

    private static void Flip(string path, int position)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[position] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
