using StreamLog.Benchmarks.Baselines;
using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>The scenarios of what speaks Kafka: the fake for unit tests, and the listener.</summary>
internal static class KafkaScenarios
{
    private const string Mock = "librdkafka's mock cluster";
    private const string InProcess = "StreamLog in process, memory";
    private const string Memory = "listener, memory";
    private const string PageCache = "listener, directory, PageCache";
    private const string OnCommit = "listener, directory, OnCommit";

    private const int IdleConnections = 2_000;
    private const int Passes = 4;

    public static IEnumerable<Scenario> List() => [.. Fakes(), .. Listeners(), .. Idle(), .. Copies()];

    private static IEnumerable<Scenario> Fakes()
    {
        const string Group = "starting a Kafka for unit tests, until its first record is acknowledged";
        yield return new(Group, "a node in memory", true, _ => FakeKafkaRuns.StartNodeAsync());
        yield return new(Group, "1 fake of 1 broker", false, _ => FakeKafkaRuns.StartAsync(1, brokers: 1));
        yield return new(Group, "1 fake of 3 brokers", false, _ => FakeKafkaRuns.StartAsync(1, brokers: 3));
        yield return new(Group, "100 fakes in parallel", false, _ => FakeKafkaRuns.StartAsync(100, brokers: 1));
    }

    private static IEnumerable<Scenario> Listeners()
    {
        (int Bytes, string Size, int Records)[] sizes = [(100, "100 B", 1_200_000), (1024, "1 KiB", 120_000)];
        foreach ((int bytes, string size, int records) in sizes)
        {
            foreach (string acks in (string[])["1", "all"])
            {
                string group = $"listener: librdkafka produces {size}, acks={acks}";
                yield return WithClient(new(group, Mock, true, _ =>
                    ListenerRuns.ProduceToMockAsync(records, bytes, acks)));
                yield return new(group, InProcess, true, _ => ListenerRuns.ProduceInProcessAsync(records, bytes));
                yield return WithClient(new(group, Memory, false, _ =>
                    ListenerRuns.ProduceAsync(null, Durability.PageCache, records, bytes, acks)));
                yield return WithClient(new(group, PageCache, false, dir =>
                    ListenerRuns.ProduceAsync(dir, Durability.PageCache, records, bytes, acks)));
                yield return WithClient(new(group, OnCommit, false, dir =>
                    ListenerRuns.ProduceAsync(dir, Durability.OnCommit, records, bytes, acks)));
            }

            string consume = $"listener: librdkafka consumes {size}";
            yield return WithClient(new(consume, Mock, true, _ =>
                ListenerRuns.ConsumeFromMockAsync(records, bytes, Passes)));
            yield return new(consume, InProcess, true, _ =>
                ListenerRuns.ConsumeInProcessAsync(records, bytes, Passes));
            yield return WithClient(new(consume, Memory, false, _ =>
                ListenerRuns.ConsumeAsync(null, records, bytes, Passes)));
            yield return WithClient(new(consume, PageCache, false, dir =>
                ListenerRuns.ConsumeAsync(dir, records, bytes, Passes)));
        }
    }

    private static IEnumerable<Scenario> Idle()
    {
        string group = $"listener: {IdleConnections:N0} idle connections";
        yield return new(group, "a bare loop with 4 KiB each", true, _ => IdleRuns.OpenBareAsync(IdleConnections));
        yield return new(group, "listener, after ApiVersions", false, _ => IdleRuns.OpenAsync(IdleConnections));
        yield return new(group, "listener, after producing too", false, _ =>
            IdleRuns.OpenAndProduceAsync(IdleConnections));
    }

    private static IEnumerable<Scenario> Copies()
    {
        string group = $"listener: copies of a batch of {CopyRuns.BatchBytes >> 20} MiB";
        yield return new(group, "one copy in memory", true, _ => CopyRuns.CopyAsync());
        yield return new(group, "from the socket to the log", false, CopyRuns.ProduceAsync);
        yield return new(group, "from the log to the socket", false, CopyRuns.FetchAsync);
    }

    private static Scenario WithClient(Scenario scenario) => scenario with { FindObstacle = Librdkafka.FindObstacle };
}
