using System.Globalization;

namespace StreamLog.Storage;

/// <summary>
/// Where each leader epoch of a partition began, as Kafka keeps it in <c>leader-epoch-checkpoint</c>.
/// </summary>
/// <remarks>Immutable, so that readers need no lock. Both columns rise strictly.</remarks>
internal sealed class LeaderEpochs
{
    private readonly (int Epoch, long StartOffset)[] _entries;

    private LeaderEpochs((int Epoch, long StartOffset)[] entries) => _entries = entries;

    public static LeaderEpochs Empty { get; } = new([]);

    /// <summary>Gets the last epoch, or -1.</summary>
    public int Latest => _entries.Length == 0 ? -1 : _entries[^1].Epoch;

    public IReadOnlyList<(int Epoch, long StartOffset)> Entries => _entries;

    /// <summary>
    /// Adds an epoch, and removes what contradicts it: later epochs, and epochs that began where it does or later.
    /// </summary>
    public LeaderEpochs With(int epoch, long startOffset)
    {
        int keep = _entries.Length;
        while (keep > 0 && (_entries[keep - 1].Epoch >= epoch || _entries[keep - 1].StartOffset >= startOffset))
            keep--;
        return new LeaderEpochs([.. _entries.AsSpan(0, keep), (epoch, startOffset)]);
    }

    /// <summary>Returns the epoch of the record at an offset, or -1 where none is known.</summary>
    public int EpochAt(long offset)
    {
        for (int i = _entries.Length - 1; i >= 0; i--)
        {
            if (_entries[i].StartOffset <= offset)
                return _entries[i].Epoch;
        }

        return -1;
    }

    /// <summary>
    /// Answers where an epoch ended, as Kafka's OffsetsForLeaderEpoch does. With epochs 2 from 0 and 5 from 10, and an
    /// end of 30: 5 gives (5, 30); 3 gives (2, 10); 1 gives (1, 0); 6 gives (-1, -1).
    /// </summary>
    public (int Epoch, long EndOffset) EndOffsetFor(int epoch, long logEndOffset)
    {
        if (epoch < 0 || epoch > Latest)
            return (-1, -1);
        if (epoch == Latest)
            return (epoch, logEndOffset);

        int higher = 0;
        while (_entries[higher].Epoch <= epoch)
            higher++;
        return (higher == 0 ? epoch : _entries[higher - 1].Epoch, _entries[higher].StartOffset);
    }

    /// <summary>Drops epochs that began at or after the end of the log.</summary>
    public LeaderEpochs CutAt(long logEndOffset)
    {
        int keep = _entries.Length;
        while (keep > 0 && _entries[keep - 1].StartOffset >= logEndOffset)
            keep--;
        return keep == _entries.Length ? this : new LeaderEpochs(_entries[..keep]);
    }

    /// <summary>
    /// Drops epochs that ended before the start of the log, and moves the first that is left up to it.
    /// </summary>
    public LeaderEpochs StartAt(long logStartOffset)
    {
        int first = _entries.Length - 1;
        while (first > 0 && _entries[first].StartOffset > logStartOffset)
            first--;
        if (first < 0 || (first == 0 && _entries[0].StartOffset >= logStartOffset))
            return this;

        (int Epoch, long StartOffset)[] left = _entries[first..];
        left[0].StartOffset = Math.Max(left[0].StartOffset, logStartOffset);
        return new LeaderEpochs(left);
    }

    public byte[] Encode() => CheckpointFile.Encode(
        [.. _entries.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Epoch} " +
            $"{entry.StartOffset}"))]);

    /// <summary>Returns the epochs, or <see langword="null"/> where the bytes are not such a file.</summary>
    public static LeaderEpochs? Decode(ReadOnlySpan<byte> content)
    {
        string[]? lines = CheckpointFile.Decode(content);
        if (lines is null)
            return null;

        (int Epoch, long StartOffset)[] entries = new (int, long)[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            string[] fields = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 2
                || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int epoch)
                || !long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out long startOffset))
            {
                return null;
            }

            if (i > 0 && (epoch <= entries[i - 1].Epoch || startOffset <= entries[i - 1].StartOffset))
                return null;
            entries[i] = (epoch, startOffset);
        }

        return new LeaderEpochs(entries);
    }
}
