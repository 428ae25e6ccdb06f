using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamLog.Tests.Samples;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>A node without a host: start, stop, restart, and what is in its way.</summary>
public sealed class NodeTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-node-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task What_was_appended_is_there_after_a_restart()
    {
        await using (StreamLogNode log = await StartAsync())
        {
            await log.Admin.CreateTopicAsync("orders", partitions: 2);
            for (int i = 0; i < 100; i++)
                await log.Topic<string, string>("orders").AppendAsync($"customer-{i}", $"order {i}");
        }

        await using StreamLogNode again = await StartAsync();
        Topic topic = again.Topics.Single(topic => topic.Name == "orders");

        Assert.Equal(2, topic.Partitions.Count);
        Assert.Equal(100, topic.Partitions.Sum(partition => partition.HighWatermark));
        List<Record<string, string>> records = await ReadAsync(again.Topic<string, string>("orders"));
        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => $"order {i}").Order(StringComparer.Ordinal),
            records.Select(record => record.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Topics_of_the_options_are_there_when_it_has_started()
    {
        StreamLogOptions options = Options();
        options.Topics["orders"] = new TopicOptions { Partitions = 3, Durability = Durability.PageCache };

        await using StreamLogNode log = await StreamLogNode.StartAsync(options);

        Assert.Equal(3, log.Topics.Single(topic => topic.Name == "orders").Partitions.Count);
        ConfigEntry durability = (await log.Admin.DescribeConfigsAsync("orders"))["streamlog.durability"];
        Assert.Equal(("PageCache", false), (durability.Value, durability.IsDefault));
    }

    [Fact]
    public async Task It_logs_where_the_data_is()
    {
        using LogLines lines = new();
        using LoggerFactory loggers = new([lines]);

        await using StreamLogNode log = await StreamLogNode.StartAsync(Options(), loggers);

        Assert.Equal(_directory.FullName, log.DataDirectory);
        Assert.Contains(
            lines.Lines,
            line => line.StartsWith("9001 ", StringComparison.Ordinal) && line.Contains(_directory.FullName));
    }

    [Fact]
    public async Task Wrong_options_are_refused_before_anything_is_written()
    {
        StreamLogOptions options = new() { DataDirectory = Path.Combine(_directory.FullName, "data"), NodeId = -1 };

        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(
            async () => await StreamLogNode.StartAsync(options));

        Assert.StartsWith("StreamLog:NodeId must be between", exception.Message);
        Assert.Empty(_directory.GetFileSystemInfos());
    }

    [Fact]
    public async Task Wrong_options_of_one_client_are_refused_with_their_names()
    {
        await using StreamLogNode log = await StartAsync(options => options.InMemory = true);

        Assert.Contains("StreamLog:Producer:MaxInFlight", Assert.Throws<OptionsValidationException>(
            () => log.CreateProducer<string, string>(options => options.MaxInFlight = 6)).Message);
        Assert.Contains("StreamLog:Consumer:FetchMaxBytes", Assert.Throws<OptionsValidationException>(
            () => log.CreateConsumer<string, string>(options => options.FetchMaxBytes = 0)).Message);
        ITopic<string, string> topic = log.Topic<string, string>("orders");
        Assert.Contains("StreamLog:Consumer:MaxPartitionFetchBytes", Assert.Throws<OptionsValidationException>(
            () => topic.Consume("billing", options => options.MaxPartitionFetchBytes = 0)).Message);
    }

    [Fact]
    public async Task In_memory_nothing_is_written_to_disk()
    {
        await using (StreamLogNode log = await StartAsync(options => options.InMemory = true))
        {
            await log.Admin.CreateTopicAsync("orders");
            await log.Topic<string, string>("orders").AppendAsync("a", "b");
        }

        Assert.Empty(_directory.GetFileSystemInfos());
    }

    [Fact]
    public async Task In_memory_appends_beyond_the_limit_fail_and_what_is_there_can_be_read()
    {
        await using StreamLogNode log = await StartAsync(options =>
        {
            options.InMemory = true;
            options.MemoryLimit = 4 * 1024 * 1024;
        });
        await log.Admin.CreateTopicAsync("blobs");
        ITopic<string, byte[]> blobs = log.Topic<string, byte[]>("blobs");
        int appended = 0;

        StreamLogException full = await Assert.ThrowsAsync<StreamLogException>(async () =>
        {
            for (; appended < 100; appended++)
                await blobs.AppendAsync("a", new byte[100_000]);
        });

        Assert.Equal(ErrorCode.StorageFull, full.ErrorCode);
        Assert.InRange(appended, 20, 42);
        Assert.Equal(appended, (await ReadAsync(blobs)).Count);
    }

    [Fact]
    public async Task A_second_node_on_the_directory_is_refused_and_harms_nothing()
    {
        await using StreamLogNode log = await StartAsync();
        await log.Admin.CreateTopicAsync("orders");

        StreamLogException exception = await Assert.ThrowsAsync<StreamLogException>(async () => await StartAsync());

        Assert.Contains(_directory.FullName, exception.Message);
        await log.Topic<string, string>("orders").AppendAsync("a", "b");
        Assert.Single(await ReadAsync(log.Topic<string, string>("orders")));
    }

    [Fact]
    public async Task A_second_process_on_the_directory_is_refused_and_harms_nothing()
    {
        await using StreamLogNode log = await StartAsync();
        await log.Admin.CreateTopicAsync("orders");

        using SampleProcess other = await SampleProcess.RunAsync(
            "QuickStart", _directory.FullName, "--fresh", "--data", _directory.FullName);

        Assert.NotEqual(0, other.ExitCode);
        Assert.Contains(_directory.FullName, other.Errors);
        await log.Topic<string, string>("orders").AppendAsync("a", "b");
        Assert.Single(await ReadAsync(log.Topic<string, string>("orders")));
    }

    [Fact]
    public async Task After_it_stopped_the_directory_is_free()
    {
        await using StreamLogNode first = await StartAsync();
        await first.StopAsync();
        await first.StopAsync();

        await using StreamLogNode second = await StartAsync();

        Assert.Equal(_directory.FullName, second.DataDirectory);
    }

    [Fact]
    public async Task A_start_that_fails_leaves_the_directory_free()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await StreamLogNode.StartAsync(Options(), cancellationToken: cancelled.Token));

        // "a.b" and "a_b" are each legal, but not beside one another: the broker refuses the second one.
        StreamLogOptions collision = Options();
        collision.Topics["a.b"] = new TopicOptions();
        collision.Topics["a_b"] = new TopicOptions();
        StreamLogException exception =
            await Assert.ThrowsAsync<StreamLogException>(async () => await StreamLogNode.StartAsync(collision));

        Assert.Contains("a_b", exception.Message);
        await using StreamLogNode log = await StartAsync();
    }

    [Fact]
    public async Task The_directory_of_another_node_is_refused()
    {
        await (await StartAsync(options => options.NodeId = 2)).DisposeAsync();

        StreamLogException exception = await Assert.ThrowsAsync<StreamLogException>(async () => await StartAsync());

        Assert.Contains(_directory.FullName, exception.Message);
        await using StreamLogNode log = await StartAsync(options => options.NodeId = 2);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_named()
    {
        // To the superuser permissions do not matter, so it gets a file system that takes no directories from anybody.
        string path = "/sys/streamlog";
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            path = Path.Combine(_directory.FullName, "sealed");
            Directory.CreateDirectory(path);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions.");
        }

        StreamLogException exception = await Assert.ThrowsAsync<StreamLogException>(
            async () => await StreamLogNode.StartAsync(new StreamLogOptions { DataDirectory = path }));

        Assert.Contains(path, exception.Message);
    }

    [Fact]
    public async Task After_it_stopped_its_clients_throw()
    {
        StreamLogNode log = await StartAsync(options => options.InMemory = true);
        await log.Admin.CreateTopicAsync("orders");
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        await log.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await orders.AppendAsync("a", "b"));
        Assert.Throws<ObjectDisposedException>(() => log.Topic<string, string>("orders"));
        Assert.Throws<ObjectDisposedException>(() => log.CreateProducer<string, string>());
        Assert.Throws<ObjectDisposedException>(() => log.CreateConsumer<string, string>());
    }

    [Fact]
    public async Task Stopping_it_sends_what_was_enqueued()
    {
        await using (StreamLogNode log = await StartAsync(options => options.Producer.Linger = TimeSpan.FromMinutes(1)))
        {
            await log.Admin.CreateTopicAsync("orders");
            await log.Topic<string, string>("orders").EnqueueAsync("a", "b");
        }

        await using StreamLogNode again = await StartAsync();

        Assert.Single(await ReadAsync(again.Topic<string, string>("orders")));
    }

    /// <summary>
    /// Goal: a producer that cannot get rid of its records does not hold up the stop. Method: its topic is deleted, so
    /// that it retries for the two minutes of its delivery timeout.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_in_haste_leaves_the_directory_in_order(bool isHurried)
    {
        using LogLines lines = new();
        using LoggerFactory loggers = new([lines]);
        StreamLogOptions options = Options();
        options.Producer.Linger = TimeSpan.FromMinutes(1);
        options.ShutdownTimeout = isHurried ? TimeSpan.FromDays(1) : TimeSpan.Zero;
        StreamLogNode log = await StreamLogNode.StartAsync(options, loggers);
        await log.Admin.CreateTopicAsync("orders");
        await log.Topic<string, string>("orders").EnqueueAsync("a", "b");
        await log.Admin.DeleteTopicAsync("orders");

        await log.StopAsync(new CancellationToken(isHurried));

        Assert.Contains(lines.Lines, line => line.StartsWith("9005 ", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(_directory.FullName, ".kafka_cleanshutdown")));
        await using StreamLogNode again = await StartAsync();
    }

    private StreamLogOptions Options() => new() { DataDirectory = _directory.FullName };

    private ValueTask<StreamLogNode> StartAsync(Action<StreamLogOptions>? configure = null)
    {
        StreamLogOptions options = Options();
        configure?.Invoke(options);
        return StreamLogNode.StartAsync(options);
    }

    private static async Task<List<Record<TKey, TValue>>> ReadAsync<TKey, TValue>(ITopic<TKey, TValue> topic)
    {
        List<Record<TKey, TValue>> records = [];
        await foreach (Record<TKey, TValue> record in topic.ReadAsync(StartAt.Earliest))
            records.Add(record);
        return records;
    }
}
