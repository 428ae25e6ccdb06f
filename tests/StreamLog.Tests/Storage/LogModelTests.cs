using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: whatever is done to a log, in whatever order, it holds what a list would hold. Method: random operations,
// reopenings after a stop in order and after a crash among them, against a list; every read of every offset is
// compared.
public sealed class LogModelTests
{
    private enum Do
    {
        Append,
        Flush,
        Read,
        Search,
        Truncate,
        Trim,
        Retain,
        Epoch,
        Tick,
        Stop,
        Crash,
    }

    [Fact]
    public void A_log_in_memory_holds_what_a_list_would_hold() =>
        Prop.ForAll(Operations(canCrash: false), operations => Check(new InMemoryFileSystem(1 << 24), operations))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void A_log_on_a_disk_that_forgets_holds_what_a_list_would_hold() =>
        Prop.ForAll(Operations(canCrash: true), operations => Check(new SimulatedDisk(), operations))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static Arbitrary<(Do What, int Number)[]> Operations(bool canCrash)
    {
        Gen<Do> what = Gen.Frequency(
            (40, Gen.Constant(Do.Append)), (10, Gen.Constant(Do.Flush)), (15, Gen.Constant(Do.Read)),
            (5, Gen.Constant(Do.Search)), (4, Gen.Constant(Do.Truncate)), (4, Gen.Constant(Do.Trim)),
            (4, Gen.Constant(Do.Retain)),
            (3, Gen.Constant(Do.Epoch)), (3, Gen.Constant(Do.Tick)), (3, Gen.Constant(Do.Stop)),
            (canCrash ? 3 : 0, Gen.Constant(Do.Crash)));
        Gen<(Do, int)> operation = what.SelectMany(
            done => Gen.Choose(0, 1_000_000), (done, number) => (done, number));
        return operation.ArrayOf().Resize(120).ToArbitrary();
    }

    private static void Check(IFileSystem files, (Do What, int Number)[] operations)
    {
        Run run = new(files);
        foreach ((Do what, int number) in operations)
            run.Step(what, number);
        run.Step(Do.Stop, 0);
        run.Close();
    }

    private sealed class Run
    {
        private static readonly LogConfig Small = new() { SegmentBytes = 700, IndexIntervalBytes = 120 };

        private static readonly LogDirectorySettings Settings =
            new() { NodeId = 1, TailCacheBytesMax = 500, TailCacheEntriesMax = 8, OpenFilesMax = 1 };

        // One entry an offset from _start on; a batch begins where IsFirst is set.
        private readonly List<(long Offset, string Value, long Timestamp, bool IsFirst)> _records = [];
        private readonly Dictionary<long, long> _times = [];
        private IFileSystem _files;
        private LogHarness _log;
        private long _start;
        private long _end;
        private long _durable;
        private int _epoch;
        private int _number;

        public Run(IFileSystem files)
        {
            _files = files;
            _log = Open();
        }

        public void Step(Do what, int number)
        {
            switch (what)
            {
                case Do.Append: Append(number); break;
                case Do.Flush: Flush(); break;
                case Do.Read: Read(number); break;
                case Do.Search: Search(number); break;
                case Do.Truncate: Truncate(number); break;
                case Do.Trim: Trim(number); break;
                case Do.Retain: Retain(number); break;
                case Do.Epoch: _log.Log.AssignEpochStart(++_epoch); break;
                case Do.Tick: _log.Directory.Tick(); _durable = _log.Log.DurableOffset; break;
                case Do.Stop: Stop(); break;
                case Do.Crash: Crash((ulong)number); break;
            }

            Assert.True(_log.Log.IsOnline, _log.Log.Failure?.Message);
            Assert.Equal((_start, _end), (_log.Log.LogStartOffset, _log.Log.LogEndOffset));
        }

        public void Close() => _log.Log.Close();

        private void Append(int number)
        {
            string[] values = [.. Enumerable.Range(0, 1 + (number % 4)).Select(_ => NextValue(number))];
            long timestamp = 1_000 + (number % 5_000);
            AppendResult result = _log.AppendAndDispose(LogHarness.Batch(timestamp, values), _epoch);
            Assert.Equal(ErrorCode.None, result.ErrorCode);
            Assert.Equal(_end, result.BaseOffset);
            for (int i = 0; i < values.Length; i++)
            {
                _times[_end] = timestamp;
                _records.Add((_end++, values[i], timestamp, i == 0));
            }
        }

        private string NextValue(int number) =>
            (_number++).ToString(CultureInfo.InvariantCulture) + new string('.', number % 60);

        private void Flush()
        {
            _log.Flush();
            _durable = _end;
            Assert.Equal(_end, _log.Log.DurableOffset);
        }

        private void Read(int number)
        {
            long offset = _start + (number % (_end - _start + 1));
            long limit = _start + (number / 7 % (_end - _start + 1));
            int maxBytes = number % 900;
            LogReadResult result = _log.Log.Read(offset, limit, maxBytes, atLeastOneBatch: true);
            Assert.Equal(ErrorCode.None, result.ErrorCode);
            using RecordBuffer bytes = result.Records;
            List<(long Offset, string Value)> found = LogHarness.Decode(bytes);

            // From the batch that holds the offset on, whole batches, of which the last ends at the limit at most.
            int first = _records.FindIndex(record => record.Offset == offset);
            while (first > 0 && !_records[first].IsFirst)
                first--;
            int next = first < 0 ? -1 : _records.FindIndex(first + 1, record => record.IsFirst);
            long firstEnd = next < 0 ? _end : _records[next].Offset;
            if (first < 0 || firstEnd > limit)
            {
                Assert.Empty(found);
                return;
            }

            Assert.NotEmpty(found);
            bool isOneBatch = found.Count == firstEnd - _records[first].Offset || !_records[first].IsFirst;
            Assert.True(bytes.Length <= maxBytes || isOneBatch);
            Assert.True(found[^1].Offset < limit);
            int skip = (int)Math.Max(0, _records[first].Offset - found[0].Offset);
            Assert.Equal(Contents(_records.Skip(first).Take(found.Count - skip)), found.Skip(skip));
        }

        private void Search(int number)
        {
            long timestamp = 900 + (number % 5_300);
            int index = _records.FindIndex(record => record.Timestamp >= timestamp);
            Assert.Equal(index < 0 ? null : _records[index].Offset, _log.Log.FindOffsetByTimestamp(timestamp)?.Offset);
            long? latest = _records.Count == 0 ? null : _records.Max(record => record.Timestamp);
            Assert.Equal(latest, _log.Log.FindMaxTimestamp()?.TimestampMs);
        }

        private void Truncate(int number)
        {
            long offset = Math.Max(_start, _end - (number % 12));
            int index = _records.FindIndex(record => record.Offset == offset);
            while (index > 0 && !_records[index].IsFirst)
                index--;
            if (index == 0 && !_records[0].IsFirst)
                return; // The first batch begins before the start, and nobody cuts there.
            _log.Log.TruncateTo(offset);
            if (index >= 0)
                _records.RemoveRange(index, _records.Count - index);
            _end = index >= 0 ? (index > 0 ? _records[^1].Offset + 1 : Math.Min(_end, _log.Log.LogEndOffset)) : _end;
            _durable = Math.Min(_durable, _end);
        }

        private void Trim(int number)
        {
            long offset = Math.Min(_durable, _start + (number % 15));
            if (offset <= _start)
                return;
            _log.Log.TrimTo(offset);
            _start = offset;
            _records.RemoveAll(record => record.Offset < offset);
        }

        // By size or by time, to bounds that let none, some or all of it go.
        private void Retain(int number)
        {
            IReadOnlyList<SegmentView> segments = _log.Log.Segments;
            long size = segments.Sum(segment => (long)segment.SizeInBytes);
            bool isBySize = number % 2 == 0;
            long bytes = size * (number % 5) / 4;
            long cutoff = 900 + (number % 5_300);
            _log.Log.HighWatermark = _durable;
            _log.Log.UpdateConfig(isBySize
                ? Small with { RetentionBytes = bytes }
                : Small with { RetentionMs = _log.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds() - cutoff });

            long excess = size - bytes;
            long start = _start;
            foreach (SegmentView segment in segments)
            {
                IEnumerable<long> times = Enumerable
                    .Range((int)segment.BaseOffset, (int)(segment.EndOffset - segment.BaseOffset))
                    .Select(offset => _times[offset]);
                bool isBelowStart = !segment.IsActive && segment.EndOffset <= _start;
                bool isBeyond = isBySize ? excess >= segment.SizeInBytes : times.All(time => time < cutoff);
                bool isCandidate = segment.SizeInBytes > 0 && segment.EndOffset <= _durable;
                if (!isBelowStart && !(isCandidate && isBeyond))
                    break;
                excess -= segment.SizeInBytes;
                start = Math.Max(start, segment.EndOffset);
            }

            _log.Log.ApplyRetention();
            _log.Log.UpdateConfig(Small);
            _start = start;
            _records.RemoveAll(record => record.Offset < start);
            Assert.True(_log.Log.Segments[0].BaseOffset <= start);
        }

        private void Stop()
        {
            _log.Stop();
            _durable = _end;
            _log = Open();
            Assert.True(_log.Directory.WasCleanShutdown);
            CheckAll();
        }

        private void Crash(ulong seed)
        {
            _log.Log.Close();
            _files = ((SimulatedDisk)_files).Crash(seed, new CrashOptions { CanTear = true, CanLeaveGarbage = true });
            _log = Open();
            Assert.True(_log.Log.LogEndOffset >= _durable, $"{_log.Log.LogEndOffset} of {_durable}");
            _end = _log.Log.LogEndOffset;
            _durable = _end;
            _records.RemoveAll(record => record.Offset >= _end);
            CheckAll();
        }

        private void CheckAll() => Assert.Equal(Contents(_records), _log.ReadAll());

        private static IEnumerable<(long Offset, string Value)> Contents(
            IEnumerable<(long Offset, string Value, long Timestamp, bool IsFirst)> records) =>
            records.Select(record => (record.Offset, record.Value));

        private LogHarness Open() => new(_files, Small, settings: Settings);
    }
}
