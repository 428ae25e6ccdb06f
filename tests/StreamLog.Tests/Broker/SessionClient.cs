using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Broker;

/// <summary>A client that fetches over a session by topic names, as those outside the process do, and keeps what it
/// was told.</summary>
internal sealed class SessionClient(BrokerHarness broker)
{
    private const short Version = 12;

    private readonly SortedDictionary<(string Topic, int Partition), long> _wanted = [];
    private readonly HashSet<(string Topic, int Partition)> _changed = [];
    private readonly HashSet<(string Topic, int Partition)> _forgotten = [];
    private readonly SortedDictionary<(string Topic, int Partition), (string Offsets, string Records)> _known = [];
    private int _epoch;

    public int Id { get; private set; }

    public ErrorCode Error { get; private set; }

    public int MaxBytes { get; init; } = 1024 * 1024;

    /// <summary>Gets the partitions that the last answer had records of.</summary>
    public List<int> Served { get; private set; } = [];

    /// <summary>Gets what the client knows of all that it reads.</summary>
    public IEnumerable<(string, int, (string Offsets, string Records))> Known =>
        _known.Select(pair => (pair.Key.Topic, pair.Key.Partition, pair.Value));

    public void Want(string topic, int partition, long offset)
    {
        _wanted[(topic, partition)] = offset;
        _changed.Add((topic, partition));
        _forgotten.Remove((topic, partition));
    }

    public void Forget(string topic, int partition)
    {
        if (_wanted.Count > 1 || Id != 0)
        {
            _wanted.Remove((topic, partition));
            _known.Remove((topic, partition));
            _changed.Remove((topic, partition));
            _forgotten.Add((topic, partition));
        }
    }

    /// <summary>Fetches, and returns the partitions that the answer has.</summary>
    public async Task<List<(string Topic, int Partition)>> FetchAsync(int maxWaitMs = 0)
    {
        FetchRequest request = Request(_epoch == 0 ? _wanted.Keys : _changed, maxWaitMs);
        request.SessionId = Id;
        request.SessionEpoch = _epoch;
        foreach ((string topic, int partition) in _forgotten)
            request.ForgottenTopicsData.Add(new() { Topic = topic, Partitions = [partition] });
        _changed.Clear();
        _forgotten.Clear();

        using FetchResponse response = await broker.SendRemoteAsync(request);
        Error = response.ErrorCode;
        Id = response.SessionId;
        _epoch = Id == 0 ? 0 : _epoch + 1;
        List<(string, int)> answered = [];
        Served = [];

        // What is left out has no records, and everything else as it was told last.
        foreach ((string, int) partition in _known.Keys.ToArray())
            _known[partition] = (_known[partition].Offsets, "");
        foreach ((string topic, FetchResponse.PartitionData data) in Flatten(response))
        {
            answered.Add((topic, data.PartitionIndex));
            _known[(topic, data.PartitionIndex)] = Describe(data);
            if (data.Records!.Length > 0)
                Served.Add(data.PartitionIndex);
        }

        return answered;
    }

    /// <summary>Asks for the same outside any session.</summary>
    public async Task<IEnumerable<(string, int, (string Offsets, string Records))>> AskWholeAsync()
    {
        using FetchResponse response = await broker.SendRemoteAsync(Request(_wanted.Keys, maxWaitMs: 0));
        return [.. Flatten(response).Select(pair => (pair.Topic, pair.Data.PartitionIndex, Describe(pair.Data)))];
    }

    private static IEnumerable<(string Topic, FetchResponse.PartitionData Data)> Flatten(FetchResponse response) =>
        response.Responses.SelectMany(topic => topic.Partitions, (topic, data) => (topic.Topic, data));

    private static (string Offsets, string Records) Describe(FetchResponse.PartitionData data) => (
        $"{data.ErrorCode} {data.LogStartOffset} {data.HighWatermark}",
        string.Join(',', BrokerHarness.Decode(data.Records!)));

    private FetchRequest Request(IEnumerable<(string Topic, int Partition)> partitions, int maxWaitMs) => new()
    {
        Version = Version,
        MaxWaitMs = maxWaitMs,
        MinBytes = 1,
        MaxBytes = MaxBytes,
        Topics =
        [
            .. partitions.Select(partition => new FetchRequest.FetchTopic
            {
                Topic = partition.Topic,
                Partitions =
                [
                    new()
                    {
                        Partition = partition.Partition,
                        FetchOffset = _wanted[partition],
                        PartitionMaxBytes = 1024 * 1024,
                    },
                ],
            }),
        ],
    };
}
