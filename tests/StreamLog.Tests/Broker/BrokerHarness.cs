using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Broker;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Protocol.Wire;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Broker;

/// <summary>A broker over a disk of the test's choice, with the requests that tests send most.</summary>
internal sealed class BrokerHarness : IAsyncDisposable
{
    private BrokerHarness(
        SimulatedEnvironment environment, LogDirectory directory, LocalBroker broker, StreamLogOptions options)
    {
        Environment = environment;
        Directory = directory;
        Broker = broker;
        Options = options;
        Door = new SessionBroker(
            broker, new FetchSessions(environment.Time, environment.NextRandom), broker.NewShareSessions());
    }

    private static RequestContext Remote { get; } = new() { ClientId = "remote", ListenerName = "PLAINTEXT" };

    public SimulatedEnvironment Environment { get; }

    public LogDirectory Directory { get; }

    public LocalBroker Broker { get; }

    /// <summary>Gets the broker as clients with fetch sessions reach it.</summary>
    public IBroker Door { get; }

    public StreamLogOptions Options { get; }

    public SimulatedTime Time => Environment.Time;

    public SimulatedDisk Disk => Environment.Disk;

    /// <summary>Starts a broker on a new disk in memory, or on a given one.</summary>
    public static async Task<BrokerHarness> StartAsync(
        StreamLogOptions? options = null, IFileSystem? files = null, ulong seed = 1, SimulatedTime? time = null)
    {
        SimulatedEnvironment environment = new(seed, files ?? new InMemoryFileSystem(1L << 30), time);
        options ??= new StreamLogOptions();
        LogDirectory directory = LogDirectory.Open(
            environment, "/data", new LogDirectorySettings { NodeId = options.NodeId }, NullLoggerFactory.Instance);
        try
        {
            LocalBroker broker = await LocalBroker.StartAsync(
                environment, directory, options, NullLoggerFactory.Instance);
            return new BrokerHarness(environment, directory, broker, options);
        }
        catch
        {
            await directory.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops in order and starts again on the same disk.</summary>
    public async Task<BrokerHarness> RestartAsync(StreamLogOptions? options = null)
    {
        await DisposeAsync();
        return await StartAsync(options ?? Options, Environment.Files, seed: 77, Time);
    }

    /// <summary>Cuts the power and starts again on what the disk has kept.</summary>
    public async Task<BrokerHarness> CrashAsync()
    {
        SimulatedDisk left = Disk.Crash();
        return await StartAsync(Options, left, seed: 78, Time);
    }

    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, CancellationToken cancellationToken = default)
        where TResponse : class => Door.SendAsync(request, RequestContext.Local, cancellationToken);

    /// <summary>Sends as a client does that is not in this process.</summary>
    public ValueTask<TResponse> SendRemoteAsync<TResponse>(
        IRequest<TResponse> request, CancellationToken cancellationToken = default)
        where TResponse : class => Door.SendAsync(request, Remote, cancellationToken);

    /// <summary>Sends as a remote client of one version does: all goes through its bytes.</summary>
    public async Task<TResponse> SendWireAsync<TResponse>(IRequest<TResponse> request, short version)
        where TResponse : class
    {
        Assert.True(Apis.TryGet(request.ApiKey, out ApiDescription? api));
        TResponse answer = await SendRemoteAsync((IRequest<TResponse>)ThroughBytes(
            request, version, api.WriteRequest, api.ReadRequest));
        object read = ThroughBytes(answer, version, api.WriteResponse, api.ReadResponse);
        (answer as IDisposable)?.Dispose();
        return (TResponse)read;
    }

    /// <summary>Sends a response through its bytes.</summary>
    public static object ThroughWire(ProduceResponse response, short version)
    {
        Assert.True(Apis.TryGet(ApiKey.Produce, out ApiDescription? api));
        return ThroughBytes(response, version, api.WriteResponse, api.ReadResponse);
    }

    private delegate void Writing(object message, ref WireWriter writer, short version);

    private delegate object Reading(ref WireReader reader, short version);

    private static object ThroughBytes(object message, short version, Writing write, Reading read)
    {
        WireWriter writer = new(256);
        try
        {
            write(message, ref writer, version);
            WireReader reader = new(writer.Written);
            object copy = read(ref reader, version);
            reader.End();
            return copy;
        }
        finally
        {
            writer.Dispose();
        }
    }

    public async Task<CreateTopicsResponse.CreatableTopicResult> CreateTopicAsync(
        string name, int partitions = 1, params (string Name, string Value)[] configs)
    {
        CreateTopicsRequest.CreatableTopic topic =
            new() { Name = name, NumPartitions = partitions, ReplicationFactor = -1 };
        foreach ((string config, string value) in configs)
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = config, Value = value });
        CreateTopicsResponse response = await SendAsync(new CreateTopicsRequest { Topics = { topic } });
        return response.Topics.Single();
    }

    public static RecordBuffer Batch(params string[] values)
    {
        using RecordBatchBuilder builder = new(16 * 1024 * 1024);
        foreach (string value in values)
            builder.TryAppend(1_000, "k"u8, hasKey: true, Encoding.UTF8.GetBytes(value), hasValue: true, headers: null);
        return builder.Build();
    }

    public static ProduceRequest ProduceRequest(
        string topic, int partition, RecordBuffer? records, short acks = -1, int timeoutMs = 30_000) => new()
        {
            Acks = acks,
            TimeoutMs = timeoutMs,
            TopicData =
        {
            new ProduceRequest.TopicProduceData
            {
                Name = topic,
                PartitionData = { new ProduceRequest.PartitionProduceData { Index = partition, Records = records } },
            },
        },
        };

    public async Task<ProduceResponse.PartitionProduceResponse> ProduceAsync(
        string topic, int partition, params string[] values)
    {
        using ProduceRequest request = ProduceRequest(topic, partition, Batch(values));
        return Single(await SendAsync(request));
    }

    public static ProduceResponse.PartitionProduceResponse Single(ProduceResponse response) =>
        response.Responses.Single().PartitionResponses.Single();

    public static FetchRequest FetchRequest(
        string topic, int partition, long offset, int maxWaitMs = 0, int minBytes = 1, int maxBytes = 1024 * 1024) =>
            new()
            {
                MaxWaitMs = maxWaitMs,
                MinBytes = minBytes,
                Topics =
        {
            new FetchRequest.FetchTopic
            {
                Topic = topic,
                Partitions =
                {
                    new FetchRequest.FetchPartition { Partition = partition, FetchOffset = offset, PartitionMaxBytes =
                        maxBytes },
                },
            },
        },
            };

    public static FetchResponse.PartitionData Single(FetchResponse response) =>
        response.Responses.Single().Partitions.Single();

    /// <summary>Reads everything below the high watermark, from an offset on.</summary>
    public async Task<List<(long Offset, string Value)>> ReadAllAsync(string topic, int partition = 0, long offset = 0)
    {
        List<(long, string)> records = [];
        while (true)
        {
            using FetchResponse response = await SendAsync(FetchRequest(topic, partition, offset));
            FetchResponse.PartitionData data = Single(response);
            if (data.ErrorCode != ErrorCode.None)
                throw new StreamLogException(data.ErrorCode, "The fetch was refused.");
            if (data.Records!.Length == 0)
                return records;

            foreach ((long at, string value) in Decode(data.Records))
            {
                if (at >= offset)
                    records.Add((at, value));
            }

            offset = records[^1].Item1 + 1;
        }
    }

    public static List<(long Offset, string Value)> Decode(RecordBuffer bytes)
    {
        List<(long, string)> records = [];
        RecordBatchEnumerator walk = new(bytes.Span);
        while (walk.MoveNext())
        {
            using RecordReader reader = new(walk.Current);
            while (reader.MoveNext())
                records.Add((reader.Current.Offset, Encoding.UTF8.GetString(reader.Current.Value)));
        }

        return records;
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await Directory.DisposeAsync();
    }
}
