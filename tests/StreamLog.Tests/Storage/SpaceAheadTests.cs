using StreamLog.Extensibility;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class SpaceAheadTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly RecordingFile _file = new();

    public void Dispose() => _file.Dispose();

    // Goal: ten thousand logs with a few records each take no space for nothing.
    [Fact]
    public void A_log_that_gets_little_has_nothing_set_aside()
    {
        SpaceAhead space = new(_file);

        for (int at = 0; at < MiB - 4096; at += 4096)
            space.Reach(at, 4096, segmentBytes: 1 << 30);

        Assert.Empty(_file.Preallocated);
    }

    // Goal: every append of a busy log falls into space that was set aside, without gaps, by few calls.
    [Fact]
    public void A_busy_log_has_space_ahead_of_its_end()
    {
        SpaceAhead space = new(_file);

        for (int at = 0; at < 256 * MiB; at += MiB / 4)
        {
            space.Reach(at, MiB / 4, segmentBytes: 1 << 30);
            if (at >= MiB)
                Assert.True(_file.Preallocated[^1].Position + _file.Preallocated[^1].Length >= at + (MiB / 4));
        }

        Assert.InRange(_file.Preallocated.Count, 15, 25);
        for (int i = 1; i < _file.Preallocated.Count; i++)
        {
            (long position, long length) = _file.Preallocated[i - 1];
            Assert.Equal(position + length, _file.Preallocated[i].Position);
            Assert.InRange(_file.Preallocated[i].Length, 1, 17 * MiB);
        }
    }

    [Fact]
    public void Nothing_is_set_aside_beyond_the_segment()
    {
        SpaceAhead space = new(_file);

        for (int at = 0; at < 8 * MiB; at += MiB)
            space.Reach(at, MiB, segmentBytes: 8 * MiB);

        Assert.Equal(8 * MiB, _file.Preallocated[^1].Position + _file.Preallocated[^1].Length);
    }

    [Fact]
    public void What_a_cut_gave_back_is_set_aside_anew()
    {
        SpaceAhead space = new(_file);
        space.Reach(0, 2 * MiB, segmentBytes: 1 << 30);
        space.Cut();

        space.Reach(MiB, MiB / 2, segmentBytes: 1 << 30);

        Assert.Equal([(0, 4 * MiB), (MiB, 2 * MiB)], _file.Preallocated);
    }

    [Fact]
    public void What_is_left_of_a_sealed_segment_is_given_back_once()
    {
        SpaceAhead space = new(_file);
        space.Reach(0, 2 * MiB, segmentBytes: 1 << 30);

        space.GiveBack(2 * MiB);
        space.GiveBack(2 * MiB);

        Assert.Equal([2 * MiB], _file.Lengths);
    }

    // Goal: through the log itself, a sealed segment takes no more of the disk than it has bytes.
    [Fact]
    public async Task A_sealed_segment_keeps_no_space_on_a_disk()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Space is set aside on Linux alone.");
        string root = Directory.CreateTempSubdirectory("streamlog-space-").FullName;
        try
        {
            using StreamLog.Storage.Files.PhysicalFileSystem files = new();
            LogHarness harness = new(files, new LogConfig { SegmentBytes = 6 * MiB }, root: Path.Combine(root, "data"));
            string value = new('x', 200_000);
            while (harness.Log.Segments.Count < 3)
                Assert.True(harness.Append(value, value).IsSuccess);
            await harness.Log.FlushAsync();

            foreach (SegmentView segment in harness.Log.Segments.Where(segment => !segment.IsActive))
            {
                string path = LogFileNames.PathOf(
                    Path.Combine(root, "data", "orders-0"), segment.BaseOffset, LogFileNames.Log);
                Assert.InRange(BytesOnDisk(path), segment.SizeInBytes, segment.SizeInBytes + 65_536);
            }

            await harness.Directory.DisposeAsync();
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static long BytesOnDisk(string path)
    {
        using System.Diagnostics.Process stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true })!;
        return 512 * long.Parse(
            stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class RecordingFile : IFile
    {
        public List<(long Position, long Length)> Preallocated { get; } = [];

        public List<long> Lengths { get; } = [];

        public string Path => "recording";

        public long Length => 0;

        public int Read(Span<byte> buffer, long position) => 0;

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
        }

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position)
        {
        }

        public void SetLength(long length) => Lengths.Add(length);

        public void Preallocate(long position, long length) => Preallocated.Add((position, length));

        public void DataSync()
        {
        }

        public ValueTask DataSyncAsync() => ValueTask.CompletedTask;

        public void Dispose()
        {
        }
    }
}
