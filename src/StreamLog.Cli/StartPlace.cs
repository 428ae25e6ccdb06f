using System.Globalization;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli;

/// <summary>A place in a topic as people name it, and the offsets that it is.</summary>
/// <remarks>
/// <c>beginning</c>, <c>end</c>, <c>end-10</c> (ten offsets before the end), an offset, a time
/// (<c>2026-01-31T12:00Z</c>), or how long ago (<c>15m</c>).
/// </remarks>
internal sealed class StartPlace
{
    public const string Forms = "beginning, end, end-N, an offset, a time (2026-01-31T12:00Z), or how long ago (15m)";

    private readonly StartAt _startAt;
    private readonly long _beforeEnd;

    private StartPlace(StartAt startAt, long beforeEnd = 0)
    {
        _startAt = startAt;
        _beforeEnd = beforeEnd;
    }

    /// <summary>Gets the place where no offset, nor any distance, is said.</summary>
    public StartAtKind? Edge =>
        _beforeEnd == 0 && _startAt.Kind is StartAtKind.Earliest or StartAtKind.Latest ? _startAt.Kind : null;

    /// <summary>Reads a place.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="now">From when lengths of time count.</param>
    /// <exception cref="CommandFailure">It is none.</exception>
    public static StartPlace Parse(string text, DateTimeOffset now)
    {
        const string BeforeEnd = "end-";
        if (text is "beginning" or "earliest")
            return new StartPlace(StartAt.Earliest);
        if (text is "end" or "latest")
            return new StartPlace(StartAt.Latest);
        if (text.StartsWith(BeforeEnd, StringComparison.Ordinal)
            && TryParseCount(text[BeforeEnd.Length..], out long count))
        {
            return new StartPlace(StartAt.Latest, count);
        }

        if (TryParseCount(text, out long offset))
            return new StartPlace(StartAt.Offset(offset));
        if (Quantities.TryParseDuration(text, out TimeSpan ago) && ago <= now - DateTimeOffset.UnixEpoch)
            return new StartPlace(StartAt.Timestamp(now - ago));
        if (DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return new StartPlace(StartAt.Timestamp(time));
        }

        throw CommandFailure.Usage($"'{text}' is no place in a topic. Places are {Forms}.");
    }

    /// <summary>Finds the offsets of the place.</summary>
    /// <param name="log">The log.</param>
    /// <param name="partitions">The partitions.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <returns>An offset for each partition, within what it holds.</returns>
    public async ValueTask<Dictionary<TopicPartition, long>> FindAsync(
        LogTarget log, IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<TopicPartition, long> starts = await log.Admin
            .ListOffsetsAsync(partitions, StartAt.Earliest, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> ends = await log.Admin
            .ListOffsetsAsync(partitions, StartAt.Latest, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long>? times = _startAt.Kind == StartAtKind.Timestamp
            ? await log.Admin.ListOffsetsAsync(partitions, _startAt, cancellationToken).ConfigureAwait(false)
            : null;

        Dictionary<TopicPartition, long> found = [];
        foreach (TopicPartition partition in partitions)
        {
            long offset = _startAt.Kind switch
            {
                StartAtKind.Earliest => starts[partition],
                StartAtKind.Latest => ends[partition] - _beforeEnd,
                StartAtKind.Offset => _startAt.Value,
                // Nothing is as late as that.
                _ => times![partition] is >= 0 and long at ? at : ends[partition],
            };
            found[partition] = Math.Clamp(offset, starts[partition], ends[partition]);
        }

        return found;
    }

    private static bool TryParseCount(string text, out long count) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);
}
