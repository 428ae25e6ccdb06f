using System.Globalization;
using StreamLog.Extensibility;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

/// <summary>
/// A compacted log and a list of everything that was ever appended to it, from which follows what may be in the log and
/// what must be.
/// </summary>
internal sealed class CompactionModel
{
    private static readonly CompressionType[] Codecs =
        [CompressionType.None, CompressionType.None, CompressionType.Gzip, CompressionType.Lz4];

    private readonly List<Entry> _entries = [];
    private readonly Dictionary<long, int> _sequences = [];
    private readonly Dictionary<long, List<Entry>> _open = [];
    private readonly LogDirectorySettings _settings;
    private LogConfig _config;
    private CompactionHarness _log;
    private long _durable;
    private int _number;
    private int _generation;

    public CompactionModel(IFileSystem files, LogConfig config, LogDirectorySettings settings)
    {
        _config = config;
        _settings = settings;
        _log = new CompactionHarness(files, config, settings);
    }

    private enum Fate
    {
        Open,
        Committed,
        Aborted,
    }

    public CompactionHarness Log => _log;

    /// <summary>Gets below which offset the log was compacted at least.</summary>
    public long CompactedOffset { get; private set; }

    public void Append(int number)
    {
        int count = 1 + (number % 4);
        (string, string?)[] records = new (string, string?)[count];
        for (int i = 0; i < count; i++)
        {
            string key = "key " + (((number / 5) + (i * i)) % 7).ToString(CultureInfo.InvariantCulture);
            bool isTombstone = (number + i) % 6 == 0;
            records[i] = (key, isTombstone ? null : NextValue(number));
        }

        // After a crash nobody knows for sure what a producer sends next, so it is another one.
        int kind = number / 11 % 4;
        long producerId = kind == 0 ? -1 : (10 * _generation) + kind;
        bool isTransactional = kind == 3;
        int sequence = kind == 0 ? -1 : _sequences.GetValueOrDefault(producerId);
        long baseOffset = _log.Append(CompactionHarness.BatchOf(
            records, producerId, sequence, isTransactional, Codecs[number / 50 % Codecs.Length],
            1_000 + (number % 5_000)));
        if (kind != 0)
            _sequences[producerId] = sequence + count;

        foreach ((string key, string? value) in records)
        {
            Entry entry = new(baseOffset++, key, value, isTransactional ? producerId : -1)
            {
                Fate = isTransactional ? Fate.Open : Fate.Committed,
            };
            _entries.Add(entry);
            if (isTransactional)
                ListOf(producerId).Add(entry);
        }
    }

    public void EndTransaction(int number)
    {
        if (_open.Count == 0)
            return;
        long producerId = _open.Keys.Order().ElementAt(number % _open.Count);
        bool isAbort = number % 2 == 0;
        long offset = _log.EndTransaction(producerId, isAbort ? ControlRecordType.Abort : ControlRecordType.Commit);
        _open.Remove(producerId, out List<Entry>? entries);
        foreach (Entry entry in entries!)
        {
            entry.Fate = isAbort ? Fate.Aborted : Fate.Committed;
            entry.MarkerOffset = offset;
        }
    }

    public void Commit()
    {
        _log.Commit();
        _durable = _log.Log.DurableOffset;
    }

    public void Compact()
    {
        CompactionReport report = _log.Compact();
        Assert.Empty(report.Failures);
        _durable = _log.Log.DurableOffset;
        CompactedOffset = Math.Max(CompactedOffset, _open.Count == 0 ? _durable : 0);
        Check();
    }

    public void Turn()
    {
        _log.Turn();
        _durable = _log.Log.DurableOffset;
        Check();
    }

    public void Trim(int number)
    {
        long offset = Math.Min(_durable, _log.Log.LogStartOffset + (number % 20));
        // Of what is trimmed every transaction has ended, and no crash takes its end away.
        bool isDecided = _open.Count == 0 && _durable == _log.Log.LogEndOffset;
        if (!isDecided || offset <= _log.Log.LogStartOffset)
            return;
        _log.Log.HighWatermark = _log.Log.DurableOffset;
        _log.Log.TrimTo(offset);
        _entries.RemoveAll(entry => entry.Offset < offset);
    }

    /// <summary>Has what is appended from now on compressed in another way, or left as it comes.</summary>
    public void Alter(int number)
    {
        _config = _config with { Compression = number % 3 == 0 ? null : Codecs[number % Codecs.Length] };
        _log.Log.UpdateConfig(_config);
    }

    public void Wait(int number) =>
        _log.Environment.Time.Advance(TimeSpan.FromMilliseconds(1 + (number % 8_000)));

    public void Restart()
    {
        _log.Inner.Stop();
        _durable = _log.Log.LogEndOffset;
        Reopen(_log.Files);
    }

    public void Crash(ulong seed)
    {
        _log.Log.Close();
        SimulatedDisk left = ((SimulatedDisk)_log.Files).Crash(
            seed, new CrashOptions { CanTear = true, CanLeaveGarbage = true });
        Recover(left);
    }

    /// <summary>Goes on with what a crash has left.</summary>
    public void Recover(SimulatedDisk left)
    {
        Reopen(left);
        long end = _log.Log.LogEndOffset;
        Assert.True(end >= _durable, $"The log ends at {end}, and {_durable} were acknowledged.");

        // What was not acknowledged may be gone, ends of transactions among it.
        _entries.RemoveAll(entry => entry.Offset >= end);
        _open.Clear();
        foreach (Entry entry in _entries.Where(entry => entry.ProducerId >= 0 && entry.MarkerOffset >= end))
        {
            entry.Fate = Fate.Open;
            entry.MarkerOffset = long.MaxValue;
            ListOf(entry.ProducerId).Add(entry);
        }

        _generation++;
        CompactedOffset = 0;
        _durable = end;
        Check();
    }

    /// <summary>Holds what is in the log against the list.</summary>
    public void Check()
    {
        List<BatchSeen> batches = _log.Batches();
        Dictionary<long, Entry> byOffset = _entries.ToDictionary(entry => entry.Offset);
        Dictionary<string, long> newest = [];
        foreach (Entry entry in _entries.Where(entry => entry.Fate == Fate.Committed))
            newest[entry.Key] = entry.Offset;

        HashSet<long> found = [];
        long start = _log.Log.LogStartOffset;
        foreach ((long offset, string key, string? value) in batches.Where(batch => !batch.IsControl)
            .SelectMany(batch => batch.Records).Where(record => record.Offset >= start))
        {
            Assert.True(found.Add(offset), $"Offset {offset} is there twice.");
            Assert.True(byOffset.TryGetValue(offset, out Entry? entry), $"Nobody appended {key} at {offset}.");
            Assert.Equal((entry.Key, entry.Value), (key, value));
            if (offset < CompactedOffset)
            {
                Assert.NotEqual(Fate.Aborted, entry.Fate);
                Assert.True(newest[key] >= CompactedOffset || newest[key] == offset, $"{key} at {offset} is old.");
            }
        }

        // What must be there: the newest record of each key, and whatever is open.
        foreach (Entry entry in _entries)
        {
            bool mustBeThere = entry.Fate == Fate.Open
                || (entry.Fate == Fate.Committed && newest[entry.Key] == entry.Offset && entry.Value is not null);
            Assert.True(!mustBeThere || found.Contains(entry.Offset), $"{entry.Key} at {entry.Offset} is gone.");
        }

        // A reader of committed records must be able to tell what is left of the aborted.
        IReadOnlyList<AbortedTransaction> aborts = _log.Log.AbortedTransactions(start, _log.Log.LogEndOffset);
        foreach (Entry entry in _entries.Where(entry => entry.Fate == Fate.Aborted && found.Contains(entry.Offset)))
        {
            Assert.Contains(
                aborts, aborted => aborted.FirstOffset <= entry.Offset && aborted.LastOffset > entry.Offset);
        }
    }

    private void Reopen(IFileSystem files)
    {
        DateTimeOffset now = _log.Environment.Time.GetUtcNow();
        _log = new CompactionHarness(files, _config, _settings);
        TimeSpan behind = now - _log.Environment.Time.GetUtcNow();
        if (behind > TimeSpan.Zero)
            _log.Environment.Time.Advance(behind);
        Assert.True(_log.Log.IsOnline, _log.Log.Failure?.Message);
        Assert.DoesNotContain(_log.FileNames(), name =>
            name.Contains(LogFileNames.Cleaned, StringComparison.Ordinal)
            || name.EndsWith(LogFileNames.Swap, StringComparison.Ordinal));
    }

    private List<Entry> ListOf(long producerId)
    {
        if (!_open.TryGetValue(producerId, out List<Entry>? entries))
            _open.Add(producerId, entries = []);
        return entries;
    }

    private string NextValue(int number) =>
        (_number++).ToString(CultureInfo.InvariantCulture) + new string('.', number % 40);

    private sealed record Entry(long Offset, string Key, string? Value, long ProducerId)
    {
        public Fate Fate { get; set; }

        public long MarkerOffset { get; set; } = long.MaxValue;
    }
}
