using System.Buffers.Binary;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: a repair brings a log online again, whatever was done to its files; what it does not report as lost is all
// there under its old offset, what it cuts out is in copies, and a loss of power on the way loses neither.
public sealed class RepairTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_damaged_batch_in_a_sealed_segment_costs_itself_alone(bool isClean)
    {
        RepairTrial trial = new(isClean);
        string path = trial.Segments[2];
        (int position, RecordAt batch) = BatchesOf(trial.Disk, path)[1];
        trial.Disk.FlipBit(path, position + 70, 3);
        SimulatedDisk before = trial.Disk.Crash();

        (LogHarness harness, RepairResult result) = RepairTrial.Repair(trial.Disk);

        trial.Check(result);
        LostRecords lost = Assert.Single(result.Lost);
        Assert.Equal((path, position, batch.Base), (lost.File, (int)lost.Position, lost.FirstOffset));
        Assert.Equal((batch.Size, batch.Count), ((int)lost.Bytes, (int)lost.OffsetCount));
        Assert.Contains("checksum", lost.Fault);
        RepairTrial.CheckCopies(result, before, trial.Disk);
        CheckGoesOn(trial, harness, result);
    }

    [Fact]
    public void A_repair_of_a_sound_log_changes_nothing()
    {
        RepairTrial trial = new(isClean: true);
        Dictionary<string, byte[]> before = trial.Segments.ToDictionary(path => path, trial.Disk.ReadAll);

        (LogHarness harness, RepairResult result) = RepairTrial.Repair(trial.Disk);

        trial.Check(result);
        Assert.Empty(result.Lost);
        Assert.Equal(0, result.MendedBatches);
        Assert.All(before, file => Assert.Equal(file.Value, trial.Disk.ReadAll(file.Key)));
        CheckGoesOn(trial, harness, result);
    }

    // No checksum covers the offset and the epoch of a batch; its neighbours and the epochs' file know them.
    [Theory]
    [InlineData(7)]
    [InlineData(3)]
    [InlineData(RecordBatchHeader.PartitionLeaderEpochAt + 3)]
    public void A_batch_that_is_sound_but_for_its_stamp_is_set_right_and_kept(int at)
    {
        for (int segment = 0; segment < 3; segment++)
        {
            RepairTrial trial = new(isClean: true);
            string path = trial.Segments[segment];
            foreach ((int position, RecordAt _) in BatchesOf(trial.Disk, path))
            {
                SimulatedDisk disk = trial.Disk.Crash();
                disk.FlipBit(path, position + at, 1);

                (LogHarness _, RepairResult result) = RepairTrial.Repair(disk);

                trial.Check(result);
                Assert.Empty(result.Lost);
                Assert.Equal(1, result.MendedBatches);
                Assert.Equal(trial.Disk.ReadAll(path), disk.ReadAll(path));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    public void A_segment_that_is_missing_is_lost_as_a_whole_and_nothing_else(int index)
    {
        foreach (bool isClean in (bool[])[true, false])
        {
            RepairTrial trial = new(isClean);
            trial.Disk.LoseFile(trial.Segments[index < 0 ? trial.Segments.Length - 1 : index]);

            (LogHarness harness, RepairResult result) = RepairTrial.Repair(trial.Disk);

            trial.Check(result);
            Assert.Null(Assert.Single(result.Lost).Copy);
            CheckGoesOn(trial, harness, result);
        }
    }

    [Fact]
    public void All_segments_may_be_missing()
    {
        RepairTrial trial = new(isClean: false);
        foreach (string path in trial.Segments)
            trial.Disk.LoseFile(path);

        (LogHarness harness, RepairResult result) = RepairTrial.Repair(trial.Disk);

        trial.Check(result);
        Assert.Equal(trial.EndOffset, result.Lost.Sum(lost => lost.OffsetCount));
        CheckGoesOn(trial, harness, result);
    }

    [Fact]
    public void Epochs_that_several_batches_contradict_are_built_anew_from_them()
    {
        RepairTrial trial = new(isClean: false);
        string path = $"{RepairTrial.Folder}/leader-epoch-checkpoint";
        string text = System.Text.Encoding.UTF8.GetString(trial.Disk.ReadAll(path));
        byte[] changed = System.Text.Encoding.UTF8.GetBytes(text.Replace("\n9 ", "\n5 ", StringComparison.Ordinal));
        RepairTrial.Overwrite(trial.Disk, path, 0, changed);
        byte[] wrong = trial.Disk.ReadAll(path);
        LogHarness unrepaired = new(trial.Disk.Crash(), RepairTrial.Config);
        Assert.Equal(ErrorCode.KafkaStorageError, unrepaired.Append("x").ErrorCode);
        Assert.False(unrepaired.Log.IsOnline);

        (LogHarness harness, RepairResult result) = RepairTrial.Repair(trial.Disk);

        trial.Check(result);
        Assert.Empty(result.Lost);
        Assert.Equal(9, result.Log!.LatestEpoch);
        Assert.Contains(
            trial.Disk.ListAll(), file => file.EndsWith(".cut", StringComparison.Ordinal)
                && trial.Disk.ReadAll(file).AsSpan().SequenceEqual(wrong));
        CheckGoesOn(trial, harness, result);
    }

    [Fact]
    public void What_a_disk_cannot_read_any_more_is_lost_and_the_rest_is_kept()
    {
        RepairTrial trial = new(isClean: true);
        HookedFiles hooked = new(trial.Disk);
        LogHarness harness = new(hooked, RepairTrial.Config);
        string path = trial.Segments[1];
        bool isReplaced = false; // The new file lies elsewhere on the disk.
        hooked.AfterRename = name => isReplaced |= name == path;
        trial.Disk.Faults.FailReads(file => file == path && !isReplaced);

        RepairResult result = harness.Directory.RepairPartition(
            LogHarness.Orders, LogHarness.TopicId, RepairTrial.Config);

        trial.Check(result);
        Assert.NotEmpty(result.Lost);
        Assert.All(result.Lost, lost => Assert.Equal(path, lost.File));
        CheckGoesOn(trial, harness, result);
    }

    [Fact]
    public void A_batch_within_a_damaged_record_is_not_taken_for_one_of_the_log()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        int position = disk.ReadAll("/data/orders-0/00000000000000000000.log").Length;
        using (StreamLog.Protocol.RecordBuffer inner = LogHarness.Batch("smuggled"))
        {
            byte[] bytes = inner.Span.ToArray();
            BinaryPrimitives.WriteInt64BigEndian(bytes, 1);
            using RecordBatchBuilder builder = new(1 << 20);
            builder.TryAppend(1, "k"u8, hasKey: true, bytes, hasValue: true, headers: null);
            before.AppendAndDispose(builder.Build());
        }

        before.Append("c");
        before.Flush();
        before.Directory.Tick();
        SimulatedDisk left = disk.Crash();
        left.FlipBit("/data/orders-0/00000000000000000000.log", position + 62, 0);

        (LogHarness _, RepairResult result) = RepairTrial.Repair(left, new LogConfig());

        Assert.Equal([(0, "a"), (2, "c")], LogHarness.ReadAll(result.Log!));
    }

    [Fact]
    public void A_full_disk_leaves_the_log_as_it_was_and_room_lets_the_repair_succeed()
    {
        RepairTrial trial = new(isClean: false);
        string path = trial.Segments[2];
        trial.Disk.FlipBit(path, 70, 0);
        byte[] damaged = trial.Disk.ReadAll(path);
        LogHarness harness = new(trial.Disk, RepairTrial.Config);
        trial.Disk.Faults.FillUpAfter(100);

        RepairResult refused = harness.Directory.RepairPartition(
            LogHarness.Orders, LogHarness.TopicId, RepairTrial.Config);

        Assert.IsAssignableFrom<IOException>(refused.Error);
        Assert.Equal(ErrorCode.StorageFull, DiskErrors.CodeOf(refused.Error!));
        Assert.Equal(damaged, trial.Disk.ReadAll(path));
        Assert.DoesNotContain(trial.Disk.ListAll(), file => file.EndsWith(".tmp", StringComparison.Ordinal));

        trial.Disk.Faults.Clear();
        RepairResult result = harness.Directory.RepairPartition(
            LogHarness.Orders, LogHarness.TopicId, RepairTrial.Config);
        trial.Check(result);
        Assert.Single(result.Lost);
        CheckGoesOn(trial, harness, result);
    }

    [Fact]
    public void A_compaction_that_a_crash_interrupted_is_finished_before_the_repair()
    {
        RepairTrial trial = new(isClean: false);
        string[] segments = trial.Segments;
        byte[] cleaned = [.. trial.Disk.ReadAll(segments[1]), .. trial.Disk.ReadAll(segments[2])];
        RepairTrial.Create(trial.Disk, segments[1] + ".swap", cleaned);
        trial.Disk.LoseFile(segments[2]);
        trial.Disk.FlipBit(segments[3], 70, 0);

        (LogHarness harness, RepairResult result) = RepairTrial.Repair(trial.Disk);

        trial.Check(result);
        Assert.Equal(segments[3], Assert.Single(result.Lost).File);
        CheckGoesOn(trial, harness, result);
    }

    [Fact]
    public void A_damaged_file_of_a_compaction_takes_the_place_of_none_and_is_kept()
    {
        RepairTrial trial = new(isClean: false);
        string[] segments = trial.Segments;
        byte[] damaged = trial.Disk.ReadAll(segments[1]);
        damaged[70] ^= 1;
        RepairTrial.Create(trial.Disk, segments[1] + ".swap", damaged);
        Assert.False(new LogHarness(trial.Disk.Crash(), RepairTrial.Config).Log.IsOnline);

        (LogHarness harness, RepairResult result) = RepairTrial.Repair(trial.Disk);

        trial.Check(result);
        Assert.Empty(result.Lost);
        Assert.Contains(
            trial.Disk.ListAll(), file => file.EndsWith(".cut", StringComparison.Ordinal)
                && trial.Disk.ReadAll(file).AsSpan().SequenceEqual(damaged));
        CheckGoesOn(trial, harness, result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flipped_bit_costs_its_batch_at_most(bool isClean)
    {
        RepairTrial trial = new(isClean);
        foreach (string path in trial.Segments)
        {
            List<(int Position, RecordAt Batch)> batches = BatchesOf(trial.Disk, path);
            int length = trial.Disk.ReadAll(path).Length;
            for (int at = 0; at < length; at++)
            {
                SimulatedDisk disk = trial.Disk.Crash();
                disk.FlipBit(path, at, at % 8);

                (LogHarness _, RepairResult result) = RepairTrial.Repair(disk);

                try
                {
                    trial.Check(result);
                    (int position, RecordAt batch) = batches.Last(candidate => candidate.Position <= at);
                    bool isStamp = at - position is < 8 or (>= 12 and < 16);
                    Assert.Equal(isStamp ? 1 : 0, result.MendedBatches);
                    Assert.Equal(isStamp ? 0 : batch.Count, result.Lost.Sum(lost => lost.OffsetCount));
                }
                catch (Exception error)
                {
                    string found = string.Join(" ", result.Lost) + result.MendedBatches;
                    throw new InvalidOperationException($"Byte {at} of {path}: {found}.", error);
                }
            }
        }
    }

    [Fact]
    public void A_flipped_bit_in_the_epochs_costs_nothing()
    {
        RepairTrial trial = new(isClean: false);
        string path = $"{RepairTrial.Folder}/leader-epoch-checkpoint";
        int length = trial.Disk.ReadAll(path).Length;
        for (int bit = 0; bit < length * 8; bit++)
        {
            SimulatedDisk disk = trial.Disk.Crash();
            disk.FlipBit(path, bit / 8, bit % 8);
            (LogHarness _, RepairResult result) = RepairTrial.Repair(disk);
            trial.Check(result);
            Assert.Empty(result.Lost);
        }
    }

    [Fact]
    public void Any_damage_at_all_leaves_a_log_that_works()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            RepairTrial trial = new(isClean: random.Next(2) == 0);
            Damage(trial, random);
            SimulatedDisk before = trial.Disk.Crash();
            try
            {
                (LogHarness harness, RepairResult result) = RepairTrial.Repair(trial.Disk);
                trial.Check(result);
                RepairTrial.CheckCopies(result, before, trial.Disk);
                CheckGoesOn(trial, harness, result);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Seed {seed}.", error);
            }
        }
    }

    [Fact]
    public void A_power_cut_at_any_write_of_a_repair_loses_no_sound_record_and_no_copy()
    {
        RepairTrial trial = new(isClean: false);
        string[] segments = trial.Segments;
        trial.Disk.FlipBit(segments[1], 70, 0);
        trial.Disk.FlipBit(segments[^1], 70, 0);
        trial.Disk.LoseFile(segments[2]);
        Assert.Equal(4, segments.Length);
        SimulatedDisk damaged = trial.Disk.Crash();
        (LogHarness _, RepairResult whole) = RepairTrial.Repair(trial.Disk);
        trial.Check(whole);
        Assert.Equal(3, whole.Lost.Count);
        List<(long Offset, string Value)> expected = LogHarness.ReadAll(whole.Log!);

        long outcomes = 0;
        for (long point = 0; ; point++)
        {
            SimulatedDisk disk = damaged.Crash();
            LogHarness harness = new(disk, RepairTrial.Config);
            disk.CutPowerAfter(point);
            RepairResult? result = null;
            try
            {
                result = harness.Directory.RepairPartition(
                    LogHarness.Orders, LogHarness.TopicId, RepairTrial.Config);
            }
            catch (PowerCutException)
            {
            }

            foreach (SimulatedDisk left in disk.CrashExhaustively(200))
            {
                outcomes++;
                CheckAfterCut(trial, expected, damaged, left, $"Cut after {point}. {left.Origin}");
            }

            if (result is { Error: null, Log.IsOnline: true })
                break;
        }

        Assert.True(outcomes > 100);
    }

    // Whatever the crash left: another repair ends the work, the same records are there, and so are the bytes that are
    // no longer in the segments.
    private static void CheckAfterCut(
        RepairTrial trial,
        List<(long Offset, string Value)> expected,
        SimulatedDisk damaged,
        SimulatedDisk left,
        string origin)
    {
        try
        {
            (LogHarness _, RepairResult again) = RepairTrial.Repair(left);
            Assert.Null(again.Error);
            Assert.Null(again.Log!.Failure);
            Assert.Equal(trial.EndOffset, again.Log.LogEndOffset);
            Assert.Equal(expected, LogHarness.ReadAll(again.Log));
            byte[][] copies = [.. left.ListAll()
                .Where(path => path.EndsWith(".cut", StringComparison.Ordinal)).Select(left.ReadAll)];
            foreach (string path in trial.Segments.Where(damaged.ListAll().Contains))
            {
                byte[] before = damaged.ReadAll(path);
                byte[] after = left.ReadAll(path);
                if (before.AsSpan().SequenceEqual(after))
                    continue;
                int first = new RecordBatchHeader(before).SizeInBytes;
                Assert.Contains(copies, copy => copy.AsSpan().SequenceEqual(before.AsSpan(0, first)));
            }
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(origin, error);
        }
    }

    private static void CheckGoesOn(RepairTrial trial, LogHarness harness, RepairResult result)
    {
        PartitionLog log = result.Log!;
        List<(long, string)> before = LogHarness.ReadAll(log);
        using (StreamLog.Protocol.RecordBuffer batch = LogHarness.Batch("next"))
            Assert.Equal(trial.EndOffset, log.AppendAsLeader(batch, 10).BaseOffset);
        log.RequestFlush();
        harness.Stop();

        LogHarness again = new(trial.Disk.Crash(), RepairTrial.Config);
        Assert.True(again.Directory.WasCleanShutdown);
        Assert.Null(again.Log.Failure);
        Assert.Equal([.. before, (trial.EndOffset, "next")], again.ReadAll());

        LogHarness unclean = new(((SimulatedDisk)again.Environment.Files).Crash(), RepairTrial.Config);
        Assert.Null(unclean.Log.Failure);
        Assert.Equal([.. before, (trial.EndOffset, "next")], unclean.ReadAll());
    }

    private static void Damage(RepairTrial trial, Random random)
    {
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            string path = trial.Segments[random.Next(trial.Segments.Length)];
            int length = trial.Disk.ReadAll(path).Length;
            switch (random.Next(5))
            {
                case 0 when trial.Segments.Length > 2:
                    trial.Disk.LoseFile(path);
                    break;
                case 1:
                    trial.Disk.CutFile(path, random.Next(length));
                    break;
                case 2:
                    byte[] noise = new byte[Math.Min(length, random.Next(1, 200))];
                    random.NextBytes(noise);
                    RepairTrial.Overwrite(trial.Disk, path, random.Next(length - noise.Length + 1), noise);
                    break;
                default:
                    if (length > 0)
                        trial.Disk.FlipBit(path, random.Next(length), random.Next(8));
                    break;
            }
        }
    }

    private static List<(int Position, RecordAt Batch)> BatchesOf(SimulatedDisk disk, string path)
    {
        List<(int, RecordAt)> batches = [];
        RecordBatchEnumerator walk = new(disk.ReadAll(path));
        while (walk.MoveNext())
        {
            batches.Add((
                walk.Position,
                new RecordAt(walk.Header.BaseOffset, walk.Header.SizeInBytes, walk.Header.LastOffsetDelta + 1)));
        }

        return batches;
    }

    private readonly record struct RecordAt(long Base, int Size, int Count);
}
