using StreamLog.Extensibility;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

// Goal: a compacted log does not hide damage, though records are missing from it. Method: each bit of a compacted
// segment is flipped; then the log is opened and read, and holds what it held or says that it does not.
public sealed class CompactionDamageTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_flipped_bit_of_a_compacted_segment_is_found_or_harmless(bool isClean)
    {
        SimulatedDisk sound = Compacted(isClean);
        string path = Path.Combine(LogHarness.Root, "orders-0", "00000000000000000000.log");
        long length = sound.ReadAll(path).Length;
        List<(long, string, string?)> expected = Read(sound.Crash())!;
        Assert.Equal(["c", "b", "a", "d", "d"], expected.Select(record => record.Item2));
        Assert.True(length < 600, $"{length} bytes");

        int found = 0;
        for (long bit = 0; bit < length * 8; bit++)
        {
            SimulatedDisk damaged = sound.Crash();
            damaged.FlipBit(path, bit / 8, (int)(bit % 8));
            List<(long, string, string?)>? read = Read(damaged);
            if (read is null)
                found++;
            else
                Assert.Equal(expected, read);
        }

        Assert.Equal(length * 8, found);
    }

    private static SimulatedDisk Compacted(bool isClean)
    {
        SimulatedDisk disk = new();
        CompactionHarness log = new(disk);
        log.Append(("a", "1"), ("b", "1"), ("c", "1"));
        log.Append(("a", "2"), ("b", "2"));
        log.Append(("a", "3"));
        log.Append(CompactionHarness.BatchOf([("a", "4")], producerId: 7, sequence: 0, isTransactional: true));
        log.EndTransaction(7, ControlRecordType.Abort);
        log.Append(("d", "1"));
        log.Compact();
        log.Append(("d", "2"));
        log.Commit();
        log.Inner.Directory.Tick();
        log.Inner.Directory.WriteCheckpoints();
        if (isClean)
            log.Inner.Stop();
        else
            log.Log.Close();
        return disk;
    }

    private static List<(long, string, string?)>? Read(IFileSystem files)
    {
        CompactionHarness log = new(files);
        try
        {
            if (!log.Log.IsOnline)
                return null;
            List<(long, string, string?)> records = [];
            for (long offset = log.Log.LogStartOffset; offset < log.Log.LogEndOffset;)
            {
                LogReadResult result = log.Log.Read(offset, log.Log.LogEndOffset, 700, atLeastOneBatch: true);
                using StreamLog.Protocol.RecordBuffer bytes = result.Records;
                if (result.ErrorCode != ErrorCode.None || bytes.Length == 0)
                    return null;
                RecordBatchEnumerator walk = new(bytes.Span);
                while (walk.MoveNext())
                {
                    BatchSeen batch = BatchSeen.Of(walk.Current);
                    if (!batch.IsControl)
                        records.AddRange(batch.Records);
                    offset = batch.LastOffset + 1;
                }
            }

            return records;
        }
        finally
        {
            log.Log.Close();
        }
    }
}
