using StreamLog.Extensibility;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class DiskReserveTests
{
    private const long Limit = 300_000;
    private const long Reserved = 20_000;
    private const string ReservePath = LogHarness.Root + "/" + DiskReserve.FileName;

    // Each batch is a segment.
    private static readonly LogConfig Config = new() { SegmentBytes = 4_000, RetentionBytes = -1 };

    [Fact]
    public void Records_can_be_deleted_on_a_full_disk_and_appends_go_on()
    {
        InMemoryFileSystem files = new(Limit);
        LogHarness log = FillUp(files);
        long end = log.Log.LogEndOffset;
        Assert.True(files.FileExists(ReservePath));

        log.Log.TrimTo(end - 3);

        // At once, although deleted files stay for a minute otherwise; and room is set aside again.
        Assert.Equal(end - 3, log.Log.LogStartOffset);
        Assert.True(files.AvailableBytes("/") > Limit / 4);
        Assert.True(files.FileExists(ReservePath));
        Assert.Equal(ErrorCode.None, log.Append("more").ErrorCode);
    }

    [Fact]
    public async Task Retention_makes_room_on_a_full_disk()
    {
        InMemoryFileSystem files = new(Limit);
        LogHarness log = FillUp(files);
        log.Log.HighWatermark = log.Log.LogEndOffset;
        log.Log.UpdateConfig(Config with { RetentionBytes = 0 });

        RetentionReport report = await log.Directory.Retention.ApplyAsync(
            topic: null, TestContext.Current.CancellationToken);

        Assert.Empty(report.Failures);
        Assert.Equal(log.Log.LogEndOffset, log.Log.LogStartOffset);
        Assert.Equal(ErrorCode.None, log.Append("more").ErrorCode);
    }

    [Fact]
    public void Without_room_set_aside_what_was_refused_does_not_come_true_later()
    {
        InMemoryFileSystem files = new(Limit);
        LogHarness log = FillUp(files, reserved: 0);

        StreamLogException refused = Assert.Throws<StreamLogException>(() => log.Log.TrimTo(3));

        Assert.Equal(ErrorCode.StorageFull, refused.ErrorCode);
        Assert.Equal(0, log.Log.LogStartOffset);
        files.DeleteFile("/filler");
        log.Stop();
        Assert.Equal(0, new LogHarness(files, Config).Log.LogStartOffset);
    }

    [Fact]
    public void Room_that_was_given_free_is_set_aside_again_when_there_is_plenty()
    {
        InMemoryFileSystem files = new(Limit);
        LogHarness log = FillUp(files);
        Assert.True(log.Directory.Reserve.TryRelease());
        Assert.False(log.Directory.Reserve.TryRelease());
        log.Directory.Reserve.Restore();
        Assert.False(files.FileExists(ReservePath)); // It alone would have room, and nothing else then.

        files.DeleteFile("/filler");
        log.Environment.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(files.FileExists(ReservePath));
    }

    // A start that ended before it was whole, or another setting since.
    [Theory]
    [InlineData(0)]
    [InlineData(Reserved / 2)]
    [InlineData(Reserved * 2)]
    public void A_file_of_another_size_holds_as_much_room_as_it_should_after_the_next_start(long bytes)
    {
        InMemoryFileSystem files = new(Limit);
        files.CreateDirectory(LogHarness.Root);
        Take(files, ReservePath, bytes);

        LogHarness log = FillUp(files);
        log.Log.TrimTo(log.Log.LogEndOffset - 3);

        using IFile reserve = files.Open(ReservePath, FileOpenMode.OpenRead);
        Assert.Equal(Reserved, reserve.Length);
        Assert.Equal(ErrorCode.None, log.Append("more").ErrorCode);
    }

    [Fact]
    public void Where_no_room_is_to_be_set_aside_none_is_left_from_before()
    {
        InMemoryFileSystem files = new(Limit);
        LogDirectorySettings settings = new() { NodeId = 1, ReserveBytes = Reserved };
        new LogHarness(files, Config, settings).Stop();
        Assert.True(files.FileExists(ReservePath));

        _ = new LogHarness(files, Config, settings with { ReserveBytes = 0 });

        Assert.False(files.FileExists(ReservePath));
    }

    // A file system that only notes a length takes no room for it.
    [Fact]
    public void The_room_that_is_set_aside_is_written()
    {
        StepCountingFileSystem files = new(new InMemoryFileSystem(Limit));
        List<string> steps = [];
        files.BeforeStep = (_, what) => steps.Add(what);

        _ = new LogHarness(files, Config, new LogDirectorySettings { NodeId = 1, ReserveBytes = Reserved });

        Assert.Contains($"write {ReservePath}", steps);
    }

    [Fact]
    public void A_partition_can_be_deleted_on_a_full_disk()
    {
        InMemoryFileSystem files = new(Limit);
        LogHarness log = FillUp(files);
        log.Directory.DeletePartitions([LogHarness.Orders]);

        Assert.False(files.DirectoryExists("/data/orders-0"));
    }

    [Fact]
    public void A_partition_that_could_not_be_forgotten_is_forgotten_by_the_next_try()
    {
        InMemoryFileSystem files = new(Limit);
        LogHarness log = FillUp(files, reserved: 0, trimTo: 3);

        Assert.Throws<StreamLogException>(() => log.Directory.DeletePartitions([LogHarness.Orders]));
        files.DeleteFile("/filler");
        log.Directory.DeletePartitions([LogHarness.Orders]);

        // What a crash would leave.
        using IFile file = files.Open(
            LogHarness.Root + "/" + DirectoryCheckpoints.LogStarts, FileOpenMode.OpenRead);
        byte[] content = new byte[file.Length];
        file.Read(content, 0);
        Assert.Empty(OffsetCheckpoint.Decode(content)!);
    }

    private static LogHarness FillUp(
        InMemoryFileSystem files, long reserved = Reserved, long trimTo = 0)
    {
        Take(files, "/filler", Limit / 3);
        LogHarness log = new(
            files, Config, new LogDirectorySettings { NodeId = 1, ReserveBytes = reserved, TailCacheBytesMax = 0 });
        string value = new('x', 3_000);
        while (files.AvailableBytes("/") > 10_000)
            log.Append(value);
        log.Flush();
        log.Log.TrimTo(trimTo);
        log.Directory.WriteCheckpoints();
        Take(files, "/rest", files.AvailableBytes("/")); // To the last byte.
        Assert.Equal(ErrorCode.StorageFull, log.Append("x").ErrorCode);
        return log;
    }

    private static void Take(InMemoryFileSystem files, string path, long bytes)
    {
        using IFile file = files.Open(path, FileOpenMode.CreateNew);
        file.SetLength(bytes);
    }
}
