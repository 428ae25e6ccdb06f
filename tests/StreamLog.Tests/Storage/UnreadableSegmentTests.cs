using Microsoft.Extensions.Logging;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Tests.Hosting;
using Xunit;

namespace StreamLog.Tests.Storage;

// Whoever fetches learns only that a segment cannot be read; where and why, the operator learns from the log.
public sealed class UnreadableSegmentTests : IDisposable
{
    private readonly SimulatedDisk _disk = new();
    private readonly LogLines _lines = new();
    private readonly ILoggerFactory _loggers;
    private readonly LogHarness _log;

    public UnreadableSegmentTests()
    {
        LogConfig config = new() { SegmentBytes = 100 };
        LogDirectorySettings settings = new() { NodeId = 1, TailCacheBytesMax = 0 };
        _loggers = LoggerFactory.Create(builder => builder.AddProvider(_lines));
        _log = new LogHarness(_disk, config, settings, loggers: _loggers);
        foreach (string value in (string[])["a", "b", "c"])
            _log.Append(value);
        _log.Flush();
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _lines.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_told_where_and_why_a_segment_cannot_be_read_once(bool isDiskBroken)
    {
        string path = LogFileNames.PathOf("/data/orders-0", 1, LogFileNames.Log);
        if (isDiskBroken)
            _disk.Faults.FailReads(failing => failing == path);
        else
            _disk.FlipBit(path, 65, 1);

        for (int i = 0; i < 3; i++)
            Assert.Equal(ErrorCode.KafkaStorageError, _log.Log.Read(1, 3, 100, atLeastOneBatch: true).ErrorCode);

        string told = Assert.Single(_lines.Lines, line => line.StartsWith("1025 ", StringComparison.Ordinal));
        Assert.Contains(path, told, StringComparison.Ordinal);
        ScrubFinding finding = Assert.Single(_log.Directory.Findings);
        Assert.Equal((LogHarness.Orders, path, 1), (finding.Partition, finding.File, finding.Offset));
        Assert.True(_log.Log.IsOnline);
        Assert.Equal(ErrorCode.None, _log.Log.Read(0, 3, 100, atLeastOneBatch: true).ErrorCode);
        Assert.Equal(ErrorCode.None, _log.Log.Read(2, 3, 100, atLeastOneBatch: true).ErrorCode);
    }

    [Fact]
    public async Task A_scrub_that_finds_the_segment_sound_again_ends_the_finding()
    {
        string path = LogFileNames.PathOf("/data/orders-0", 1, LogFileNames.Log);
        _disk.Faults.FailReads(failing => failing == path);
        _log.Log.Read(1, 3, 100, atLeastOneBatch: true);
        Assert.Single(_log.Directory.Findings);
        _disk.Faults.Clear();

        await _log.Directory.Scrub.ScrubAsync("orders", CancellationToken.None);

        Assert.Empty(_log.Directory.Findings);
    }

    [Fact]
    public async Task A_scrub_leaves_what_is_known_of_the_segment_that_it_does_not_read()
    {
        string active = LogFileNames.PathOf("/data/orders-0", 2, LogFileNames.Log);
        _disk.FlipBit(active, 65, 1);
        _log.Log.Read(2, 3, 100, atLeastOneBatch: true);

        await _log.Directory.Scrub.ScrubAsync("orders", CancellationToken.None);

        Assert.Equal(active, Assert.Single(_log.Directory.Findings).File);
    }

    [Fact]
    public void Damage_goes_with_its_segment()
    {
        _disk.FlipBit(LogFileNames.PathOf("/data/orders-0", 0, LogFileNames.Log), 65, 1);
        _log.Log.Read(0, 3, 100, atLeastOneBatch: true);
        Assert.Single(_log.Directory.Findings);

        _log.Log.TrimTo(1);

        Assert.Empty(_log.Directory.Findings);
    }
}
