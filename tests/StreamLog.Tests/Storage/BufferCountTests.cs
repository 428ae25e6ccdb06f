using StreamLog.Protocol;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

// The count is one for the whole process, so no other test may run beside these.
[CollectionDefinition(nameof(BufferCountTests), DisableParallelization = true)]
[Collection(nameof(BufferCountTests))]
public sealed class BufferCountTests
{
    private static readonly LogConfig SmallSegments = new() { SegmentBytes = 400, IndexIntervalBytes = 100 };

    [Fact]
    public void Readers_give_all_buffers_back()
    {
        long before = RecordBuffer.Outstanding;
        LogDirectorySettings settings = new() { NodeId = 1, TailCacheBytesMax = 300 };
        LogHarness log = new(new InMemoryFileSystem(1 << 20), SmallSegments, settings: settings);
        for (int i = 0; i < 60; i++)
            log.Append($"value {i}");

        log.ReadAll(1);
        log.ReadAll(500);
        log.ReadAll();
        log.Directory.DeletePartitions([LogHarness.Orders]);

        Assert.Equal(before, RecordBuffer.Outstanding);
    }
}
