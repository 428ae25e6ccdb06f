using System.Text;
using StreamLog.Protocol.Records;
using StreamLog.Storage;

namespace StreamLog.Tests.Node;

/// <summary>One file of a data directory, cut into the regions that a flipped bit may fall into.</summary>
internal sealed class FlippableFile
{
    private const int BodyBytesPerBatch = 3;
    private const int ZerosPerFile = 2;

    private static readonly (int Start, string Name)[] HeaderFields =
    [
        (0, "base offset"), (8, "batch length"), (12, "leader epoch"), (16, "magic"), (17, "crc"), (21, "attributes"),
        (23, "last offset delta"), (27, "base timestamp"), (35, "max timestamp"), (43, "producer id"),
        (51, "producer epoch"), (53, "base sequence"), (57, "record count"), (61, "records"),
    ];

    private readonly byte[] _bytes;

    public FlippableFile(string path, byte[] bytes, bool isActive)
    {
        Path = path;
        _bytes = bytes;
        Kind = KindOf(path, isActive);
    }

    public string Path { get; }

    /// <summary>Gets what the file is, without what differs from one partition to the next.</summary>
    public string Kind { get; }

    /// <summary>Lists the bytes to flip a bit of, each with its region.</summary>
    public IEnumerable<(long Position, string Region)> Targets() => System.IO.Path.GetExtension(Path) switch
    {
        ".log" or ".checkpoint" => SegmentTargets(),
        ".index" => EntryTargets(8, [(0, "relative offset"), (4, "position")]),
        ".timeindex" => EntryTargets(12, [(0, "timestamp"), (8, "relative offset")]),
        _ when System.IO.Path.GetFileName(Path) == DiskReserve.FileName => [(0, "any")], // Nobody reads it.
        _ when IsText() => TextTargets(),
        _ => Enumerable.Range(0, _bytes.Length).Select(i => ((long)i, "any")),
    };

    private static string KindOf(string path, bool isActive)
    {
        string name = System.IO.Path.GetFileName(path);
        string folder = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path)!);
        string owner = folder.StartsWith("__", StringComparison.Ordinal) ? $"{folder[..folder.LastIndexOf('-')]} " : "";
        bool isNumbered = name.Length > 20 && name.AsSpan(0, 20).IndexOfAnyExceptInRange('0', '9') < 0;
        return isNumbered ? $"{owner}*{name[20..]}{(isActive ? " (active)" : "")}" : $"{owner}{name}";
    }

    private bool IsText() => _bytes.Length > 0 && _bytes.All(b => b is (byte)'\n' or (byte)'\r' or (>= 32 and < 127));

    private IEnumerable<(long Position, string Region)> SegmentTargets()
    {
        List<(int Start, int Length)> batches = [];
        RecordBatchEnumerator walk = new(_bytes);
        while (walk.MoveNext())
            batches.Add((walk.Position, walk.Current.Length));

        int end = batches.Count == 0 ? 0 : batches[^1].Start + batches[^1].Length;
        foreach ((int start, int length) in batches)
        {
            string which = start + length == end ? "last batch" : "batch";
            int headerEnd = Math.Min(length, RecordBatchHeader.Size);
            for (int i = 0; i < headerEnd; i++)
                yield return (start + i, $"{which}: {FieldAt(HeaderFields, i)}");

            for (int i = 0; i < BodyBytesPerBatch && length > headerEnd; i++)
            {
                int at = headerEnd + ((length - headerEnd - 1) * i / Math.Max(1, BodyBytesPerBatch - 1));
                yield return (start + at, $"{which}: records");
            }
        }

        foreach (long zero in Zeros(end))
            yield return (zero, "behind the last batch");
    }

    private IEnumerable<(long Position, string Region)> EntryTargets(int size, (int Start, string Name)[] fields)
    {
        int end = _bytes.Length;
        while (end >= size && _bytes.AsSpan(end - size, size).IndexOfAnyExcept((byte)0) < 0)
            end -= size;

        for (int i = 0; i < end; i++)
            yield return (i, FieldAt(fields, i % size));

        foreach (long zero in Zeros(end))
            yield return (zero, "behind the last entry");
    }

    private IEnumerable<(long Position, string Region)> TextTargets()
    {
        string[] lines = Encoding.ASCII.GetString(_bytes).Split('\n');
        int position = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            int equals = lines[i].IndexOf('=', StringComparison.Ordinal);
            string region = equals > 0 ? lines[i][..equals] : i < 2 ? $"line {i + 1}" : "entries";
            for (int j = 0; j <= lines[i].Length && position < _bytes.Length; j++)
                yield return (position++, lines[i].StartsWith('#') ? "comment" : region);
        }
    }

    private IEnumerable<long> Zeros(int end)
    {
        for (int i = 0; i < ZerosPerFile && end < _bytes.Length; i++)
            yield return end + ((long)(_bytes.Length - end - 1) * i);
    }

    private static string FieldAt((int Start, string Name)[] fields, int position) =>
        fields.Last(field => field.Start <= position).Name;
}
