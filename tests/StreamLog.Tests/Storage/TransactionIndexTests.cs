using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class TransactionIndexTests
{
    private static readonly LogConfig Small = new() { SegmentBytes = 400, IndexIntervalBytes = 100 };

    private readonly IFileSystem _files = new InMemoryFileSystem(1 << 20);
    private LogHarness _log;

    public TransactionIndexTests() => _log = new LogHarness(_files, Small);

    [Fact]
    public void The_stable_offset_is_that_of_the_oldest_open_transaction()
    {
        Transactional(1, 0, "a"); // 0
        Transactional(2, 0, "b"); // 1
        End(2, ControlRecordType.Commit); // 2
        _log.Log.HighWatermark = 3;

        Assert.Equal(0, _log.Log.LastStableOffset);

        End(1, ControlRecordType.Commit);
        _log.Log.HighWatermark = 4;
        Assert.Equal(4, _log.Log.LastStableOffset);
    }

    [Fact]
    public void A_transaction_whose_end_is_not_committed_yet_counts_as_open()
    {
        Transactional(1, 0, "a", "b"); // 0, 1
        End(1, ControlRecordType.Abort); // 2

        _log.Log.HighWatermark = 2;
        Assert.Equal(0, _log.Log.LastStableOffset);
        _log.Log.HighWatermark = 3;
        Assert.Equal(3, _log.Log.LastStableOffset);
    }

    [Fact]
    public void An_abort_is_found_from_any_range_that_its_records_lie_in()
    {
        AppendAborted();

        AbortedTransaction[] both = [new(1, 0, 5, 2), new(2, 2, 6, 7)];
        Assert.Equal(both, _log.Log.AbortedTransactions(0, 7));
        Assert.Equal([both[0]], _log.Log.AbortedTransactions(0, 2));
        Assert.Equal(both, _log.Log.AbortedTransactions(4, 5));
        Assert.Equal([both[1]], _log.Log.AbortedTransactions(6, 7));
        Assert.Empty(_log.Log.AbortedTransactions(7, 100));
    }

    [Fact]
    public void A_commit_leaves_no_entry()
    {
        Transactional(1, 0, "a");
        End(1, ControlRecordType.Commit);

        Assert.Empty(_log.Log.AbortedTransactions(0, 100));
    }

    [Fact]
    public void Aborts_are_known_again_after_a_stop_in_order()
    {
        AppendAborted();
        Fill();
        AbortedTransaction[] before = [.. _log.Log.AbortedTransactions(0, long.MaxValue)];

        _log.Stop();
        _log = new LogHarness(_files, Small);

        Assert.Equal(2, before.Length);
        Assert.Equal(before, _log.Log.AbortedTransactions(0, long.MaxValue));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Aborts_are_known_again_after_a_crash(bool isFlushed)
    {
        SimulatedDisk disk = new();
        _log = new LogHarness(disk, Small);
        AppendAborted();
        Fill();
        AppendAborted(round: 1);
        if (isFlushed)
            _log.Flush();
        AbortedTransaction[] before = [.. _log.Log.AbortedTransactions(0, long.MaxValue)];
        _log.Log.Close();

        foreach (SimulatedDisk left in disk.CrashExhaustively().Take(100))
        {
            _log = new LogHarness(left, Small);
            long end = _log.Log.LogEndOffset;
            Assert.Equal(
                before.Where(aborted => aborted.LastOffset < end).Select(aborted => aborted.LastOffset),
                _log.Log.AbortedTransactions(0, long.MaxValue).Select(aborted => aborted.LastOffset));
            _log.Log.Close();
        }
    }

    [Fact]
    public void Aborts_are_known_again_after_a_crash_that_comes_soon_after_a_stop_in_order()
    {
        SimulatedDisk disk = new();
        _log = new LogHarness(disk, Small);
        AppendAborted();
        AbortedTransaction[] before = [.. _log.Log.AbortedTransactions(0, long.MaxValue)];
        _log.Stop();
        _log = new LogHarness(disk, Small);
        Fill();
        _log.Log.Close();

        foreach (SimulatedDisk left in disk.CrashExhaustively())
        {
            _log = new LogHarness(left, Small);
            Assert.Equal(before, _log.Log.AbortedTransactions(0, long.MaxValue));
            _log.Log.Close();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_is_damaged_or_lost_with_its_neighbours_is_built_anew(bool isLost)
    {
        AppendAborted();
        Fill();
        AbortedTransaction[] before = [.. _log.Log.AbortedTransactions(0, long.MaxValue)];
        _log.Stop();

        int damaged = 0;
        string directory = Path.Combine(LogHarness.Root, "orders-0");
        foreach (FileSystemEntry entry in _files.List(directory))
        {
            string path = Path.Combine(directory, entry.Name);
            bool isTransactions = entry.Name.EndsWith(LogFileNames.TransactionIndex, StringComparison.Ordinal);
            damaged += isTransactions ? 1 : 0;
            if (isLost && (isTransactions || entry.Name.EndsWith(LogFileNames.TimeIndex, StringComparison.Ordinal)))
                _files.DeleteFile(path);
            else if (isTransactions)
                FlipBit(path);
        }

        Assert.True(damaged > 0);
        _log = new LogHarness(_files, Small);
        Assert.Equal(before, _log.Log.AbortedTransactions(0, long.MaxValue));
    }

    // Only the batches can tell, those of earlier segments too, and these go in the middle of it.
    [Fact]
    public void Aborts_are_found_although_segments_go_while_they_are_looked_for()
    {
        Fill();
        long start = _log.Log.Segments[^1].BaseOffset;
        AppendAborted();
        Fill();
        AbortedTransaction[] before = [.. _log.Log.AbortedTransactions(start, long.MaxValue)];
        _log.Stop();
        string directory = Path.Combine(LogHarness.Root, "orders-0");
        foreach (FileSystemEntry entry in _files.List(directory))
        {
            if (LogFileNames.OfSegment.Skip(1).Any(suffix => entry.Name.EndsWith(suffix, StringComparison.Ordinal)))
                _files.DeleteFile(Path.Combine(directory, entry.Name));
        }

        StepCountingFileSystem files = new(_files);
        _log = new LogHarness(files, Small with { FileDeleteDelayMs = 0 });
        bool isTrimmed = false;
        files.BeforeStep = (_, what) =>
        {
            if (isTrimmed || what != $"list {directory}")
                return;
            isTrimmed = true;
            _log.Log.TrimTo(start);
        };

        IReadOnlyList<AbortedTransaction> found = _log.Log.AbortedTransactions(start, long.MaxValue);

        Assert.True(isTrimmed);
        Assert.Equal(2, before.Length);
        Assert.Equal(before, found);
    }

    [Fact]
    public void A_cut_takes_away_the_aborts_that_it_takes()
    {
        AppendAborted();

        _log.Log.TruncateTo(6);

        Assert.Equal([new AbortedTransaction(1, 0, 5, 2)], _log.Log.AbortedTransactions(0, long.MaxValue));
        _log.Stop();
        _log = new LogHarness(_files, Small);
        Assert.Equal([new AbortedTransaction(1, 0, 5, 2)], _log.Log.AbortedTransactions(0, long.MaxValue));
        End(2, ControlRecordType.Abort);
        Assert.Equal(2, _log.Log.AbortedTransactions(0, long.MaxValue).Count);
    }

    [Fact]
    public void An_index_is_written_as_Kafka_writes_it_with_its_checksum_behind()
    {
        TransactionIndex index = new();
        index.Append(new AbortedTransaction(1, 2, 3, 4));

        byte[] bytes = index.Encode();

        Assert.Equal(
            "0000" + "0000000000000001" + "0000000000000002" + "0000000000000003" + "0000000000000004",
            Convert.ToHexString(bytes.AsSpan(0, 34)));
        Assert.Equal(index.Entries, TransactionIndex.Decode(bytes)!.Entries);
        Assert.Equal(index.Entries, TransactionIndex.Decode(bytes.AsSpan(0, 34))!.Entries);
    }

    [Fact]
    public void Every_flipped_bit_of_an_index_is_seen()
    {
        TransactionIndex index = new();
        index.Append(new AbortedTransaction(1, 2, 3, 4));
        index.Append(new AbortedTransaction(7, 8, 9, 10));
        byte[] bytes = index.Encode();

        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(TransactionIndex.Decode(flipped));
        }
    }

    // Offsets: 0, 1 of producer 1; 2, 3 of 2; 4 of 1; 5 aborts 1; 6 aborts 2.
    private void AppendAborted(int round = 0)
    {
        Transactional(1, round * 3, "a", "b");
        Transactional(2, round * 2, "c", "d");
        Transactional(1, (round * 3) + 2, "e");
        End(1, ControlRecordType.Abort);
        End(2, ControlRecordType.Abort);
    }

    private void Fill()
    {
        for (int i = 0; i < 12; i++)
            Assert.True(_log.Append("plain " + new string('x', 40)).IsSuccess);
        Assert.True(_log.Log.Segments.Count > 2);
    }

    private void Transactional(long producerId, int sequence, params string[] values)
    {
        using RecordBatchBuilder builder = new(1 << 20);
        foreach (string value in values)
        {
            builder.TryAppend(
                1_000, "k"u8, hasKey: true, System.Text.Encoding.UTF8.GetBytes(value), hasValue: true, headers: null);
        }

        builder.SetProducer(producerId, 0, sequence, transactional: true);
        AppendResult result = _log.AppendAndDispose(builder.Build());
        Assert.Equal(ErrorCode.None, result.ErrorCode);
    }

    private void End(long producerId, ControlRecordType type)
    {
        using RecordBuffer marker = ControlRecords.BuildEndTransaction(type, producerId, 0, 3, 1_000);
        Assert.True(_log.Log.AppendAsLeader(marker, 0, AppendOrigin.Coordinator).IsSuccess);
    }

    private void FlipBit(string path)
    {
        using IFile file = _files.Open(path, FileOpenMode.Open);
        Span<byte> one = stackalloc byte[1];
        file.Read(one, 20);
        one[0] ^= 4;
        file.Write(one, 20);
    }
}
