using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Extensibility;
using StreamLog.Quorum;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Quorum;

/// <summary>A quorum over a simulated disk, and what it has told.</summary>
internal sealed class QuorumHarness : IMetadataListener, IAsyncDisposable
{
    private QuorumHarness(LogDirectory directory, SingleVoterQuorum quorum)
    {
        Directory = directory;
        Quorum = quorum;
    }

    public LogDirectory Directory { get; }

    public SingleVoterQuorum Quorum { get; }

    /// <summary>Gets where the metadata log begins.</summary>
    public long LogStartOffset => Directory.OpenLogs().Single().LogStartOffset;

    public List<string> Heard { get; } = [];

    public List<(long Offset, int Epoch)> HeardAt { get; } = [];

    /// <summary>Gets what the snapshot stood for that the start began with.</summary>
    public (long EndOffset, int Epoch)? RestoredAt { get; private set; }

    public static async Task<QuorumHarness> StartAsync(SimulatedDisk disk)
    {
        SimulatedEnvironment environment = new(3, disk);
        LogDirectory directory = LogDirectory.Open(
            environment, "/data", new LogDirectorySettings { NodeId = 1 }, NullLoggerFactory.Instance);
        QuorumHarness node = new(directory, new SingleVoterQuorum(environment, directory, NullLogger.Instance));
        await node.Quorum.StartAsync(node, CancellationToken.None);
        return node;
    }

    public Task<long> AppendAsync(int epoch, long expectedEnd, params string[] records) => Quorum.AppendAsync(
        epoch,
        expectedEnd,
        [.. records.Select(record => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(record))],
        CancellationToken.None).AsTask();

    public Task SnapshotAsync(long endOffset, int epoch, params string[] records) => Quorum.SnapshotAsync(
        endOffset,
        epoch,
        records.Select(record => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(record)),
        CancellationToken.None).AsTask();

    public void Restored(long endOffset, int controllerEpoch, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        Assert.Empty(Heard);
        RestoredAt = (endOffset, controllerEpoch);
        foreach (ReadOnlyMemory<byte> record in records)
            Heard.Add(Encoding.UTF8.GetString(record.Span));
    }

    public void Committed(long baseOffset, int controllerEpoch, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        foreach (ReadOnlyMemory<byte> record in records)
        {
            Heard.Add(Encoding.UTF8.GetString(record.Span));
            HeardAt.Add((baseOffset, controllerEpoch));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Quorum.DisposeAsync();
        await Directory.DisposeAsync();
    }
}
