using System.Globalization;
using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

/// <summary>A log of several segments and two epochs on a disk that is then damaged, and what was in it.</summary>
internal sealed class RepairTrial
{
    public const string Folder = "/data/orders-0";

    public static readonly LogConfig Config = new() { SegmentBytes = 500, IndexIntervalBytes = 100 };

    private readonly List<(long Offset, string Value)> _records = [];

    /// <summary>Writes the log. Everything of it is flushed.</summary>
    /// <param name="isClean">Whether the directory is stopped in order.</param>
    public RepairTrial(bool isClean)
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, Config);
        int sequence = 0;
        for (int batch = 0; batch < 24; batch++)
        {
            if (batch is 0 or 9)
                log.Log.AssignEpochStart(batch);
            string[] values = [.. Enumerable.Range(sequence, 1 + (batch % 3))
                .Select(number => "v" + number.ToString(CultureInfo.InvariantCulture))];
            log.AppendAndDispose(LogHarness.IdempotentBatch(42, 0, sequence, values), epoch: batch < 9 ? 0 : 9);
            for (int i = 0; i < values.Length; i++)
                _records.Add((sequence + i, values[i]));
            sequence += values.Length;
            log.Flush();
        }

        log.Directory.Tick();
        log.Directory.WriteCheckpoints();
        if (isClean)
            log.Stop();
        Disk = disk.Crash();
    }

    /// <summary>Gets the disk without power.</summary>
    public SimulatedDisk Disk { get; }

    public IReadOnlyList<(long Offset, string Value)> Records => _records;

    public long EndOffset => _records[^1].Offset + 1;

    public string[] Segments =>
        [.. Disk.ListAll().Where(path => path.EndsWith(".log", StringComparison.Ordinal))];

    /// <summary>Opens a disk, repairs, and opens it again for reading.</summary>
    public static (LogHarness Harness, RepairResult Result) Repair(SimulatedDisk disk, LogConfig? config = null)
    {
        LogHarness harness = new(disk, config ?? Config);
        return (harness, harness.Directory.RepairPartition(LogHarness.Orders, LogHarness.TopicId, config ?? Config));
    }

    /// <summary>Fails unless everything is there but what was reported as lost, and the log goes on.</summary>
    public void Check(RepairResult result)
    {
        Assert.Null(result.Error);
        PartitionLog log = result.Log!;
        Assert.Null(log.Failure);
        HashSet<long> lost = [];
        foreach (LostRecords stretch in result.Lost)
        {
            for (long i = 0; i < stretch.OffsetCount; i++)
                Assert.True(lost.Add(stretch.FirstOffset + i), $"Offset {stretch.FirstOffset + i} is lost twice.");
        }

        Assert.Equal(0, log.LogStartOffset);
        Assert.Equal(EndOffset, log.LogEndOffset);
        Assert.Equal(_records.Where(record => !lost.Contains(record.Offset)), LogHarness.ReadAll(log));
    }

    /// <summary>Fails unless the bytes that were cut out are in the copies.</summary>
    public static void CheckCopies(RepairResult result, SimulatedDisk before, SimulatedDisk after)
    {
        foreach (LostRecords lost in result.Lost)
        {
            Assert.Equal(lost.Bytes == 0, lost.Copy is null);
            if (lost.Copy is null)
                continue;
            byte[] original = before.ReadAll(lost.File)[(int)lost.Position..(int)(lost.Position + lost.Bytes)];
            Assert.Equal(original, after.ReadAll(lost.Copy));
        }
    }

    public static void Create(SimulatedDisk disk, string path, byte[] bytes)
    {
        using (IFile file = disk.Open(path, FileOpenMode.CreateNew))
        {
            file.Write(bytes, 0);
            file.DataSync();
        }

        disk.SyncDirectory(Folder);
    }

    public static void Overwrite(SimulatedDisk disk, string path, int position, byte[] bytes)
    {
        using (IFile file = disk.Open(path, FileOpenMode.Open))
        {
            file.Write(bytes, position);
            file.DataSync();
        }
    }
}
