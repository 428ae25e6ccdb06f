using StreamLog.Extensibility;
using StreamLog.Storage.Files;

namespace StreamLog.Storage.Compaction;

/// <summary>Puts a cleaned segment in the place of those that it comes from, so that a crash leaves the one or the
/// others.</summary>
/// <remarks>
/// <para>The cleaned files are on the disk, names and all, before this begins. Then:</para>
/// <list type="number">
/// <item>The flush mark, if it names a place in one of the old files, is moved behind them.</item>
/// <item><c>N.log.cleaned</c> becomes <c>N.log.swap</c>. From here on a start finishes what was begun.</item>
/// <item>The old files lose their names.</item>
/// <item>The new indexes get theirs.</item>
/// <item>The new log file gets its own.</item>
/// <item>The log takes the new segment for the old ones. Readers go on with what they have retained.</item>
/// </list>
/// <para>
/// The directory is synced after each of 2 to 5. The caller has the log's turn for cuts; the gate of the notes is
/// held throughout, so that no flush notes a place in a file that is gone, and the log is not closed meanwhile.
/// </para>
/// </remarks>
internal static class SegmentSwap
{
    /// <summary>Swaps.</summary>
    /// <returns>
    /// <see langword="false"/> if the log is no longer what was cleaned: it was cut, trimmed or closed meanwhile, and
    /// nothing was changed.
    /// </returns>
    /// <exception cref="SwapFailedException">The disk failed half-way: the log must go offline.</exception>
    /// <exception cref="IOException">The disk failed or is full, and nothing was changed.</exception>
    public static bool TryCommit(LogState log, LogServices services, CleanedSegment cleaned)
    {
        lock (log.NotesGate)
        {
            lock (log.Gate)
            {
                if (!IsStillThere(log, cleaned))
                    return false;
                log.CompactedOffset = Math.Max(log.CompactedOffset, cleaned.EndOffset);
            }

            MoveMark(log, services, cleaned);
            string path = LogFileNames.PathOf(log.Directory, cleaned.BaseOffset, LogFileNames.Log);
            services.Files.Rename(path + LogFileNames.Cleaned, path + LogFileNames.Swap);
            try
            {
                services.Files.SyncDirectory(log.Directory);
                Rename(log, services.Files, cleaned, path);
                Publish(log, cleaned, Open(log, services, cleaned, path));
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error) && error is not FlushFailedException)
            {
                throw new SwapFailedException(
                    $"Putting the compacted {path} in its place failed: {error.Message}", error);
            }
        }

        foreach (Segment segment in cleaned.Sources)
            services.Deletions.DeleteRenamed(segment, log.Directory, log.Config.FileDeleteDelayMs);
        return true;
    }

    private static bool IsStillThere(LogState log, CleanedSegment cleaned)
    {
        if (log.Failure is not null || log.IsCutting)
            return false;

        Segment[] segments = log.Segments;
        int first = Array.IndexOf(segments, cleaned.Sources[0]);
        return first >= 0
            && first + cleaned.Sources.Length < segments.Length
            && segments.AsSpan(first, cleaned.Sources.Length).SequenceEqual(cleaned.Sources)
            && !log.Unflushed.Exists(sealed_ => Array.IndexOf(cleaned.Sources, sealed_.Segment) >= 0);
    }

    // Everything below the end is on the disk, so this says no less than the mark before it. What it says has to be on
    // the disk too: else a crash would leave an earlier mark, and that one a place in a file that is gone.
    private static void MoveMark(LogState log, LogServices services, CleanedSegment cleaned)
    {
        bool isThere = services.Marks.TryGet(log.TopicId, log.Partition.Partition, out FlushMark mark);
        if (isThere && mark.SegmentBaseOffset >= cleaned.BaseOffset && mark.SegmentBaseOffset < cleaned.EndOffset)
        {
            services.Marks.Append(mark with
            {
                Offset = Math.Max(mark.Offset, cleaned.EndOffset),
                SegmentBaseOffset = cleaned.EndOffset,
                Position = 0,
            });
        }

        services.Marks.Sync();
    }

    private static void Rename(LogState log, HandleCache files, CleanedSegment cleaned, string path)
    {
        foreach (Segment segment in cleaned.Sources.AsSpan(1))
            segment.MarkDeleted();
        foreach (string suffix in (ReadOnlySpan<string>)[LogFileNames.Log, .. LogFileNames.OfIndexes])
        {
            string old = LogFileNames.PathOf(log.Directory, cleaned.BaseOffset, suffix);
            if (files.FileExists(old))
                files.Rename(old, old + LogFileNames.Deleted);
        }

        files.SyncDirectory(log.Directory);
        foreach (string suffix in LogFileNames.OfIndexes)
        {
            string index = LogFileNames.PathOf(log.Directory, cleaned.BaseOffset, suffix);
            files.Rename(index + LogFileNames.Cleaned, index);
        }

        // Without the swap file nobody would look for an index that has lost its name.
        files.SyncDirectory(log.Directory);
        files.Rename(path + LogFileNames.Swap, path);
        files.SyncDirectory(log.Directory);
    }

    private static Segment Open(LogState log, LogServices services, CleanedSegment cleaned, string path)
    {
        IFile file = services.Files.Open(path, FileOpenMode.Open);
        Segment segment = new(services.Files, log.Directory, cleaned.BaseOffset, file, cleaned.Indexes)
        {
            CreatedMs = cleaned.Sources[^1].CreatedMs,
        };
        segment.SetTransactions(cleaned.Transactions);
        segment.Publish(cleaned.SizeInBytes, cleaned.EndOffset);
        return segment;
    }

    private static void Publish(LogState log, CleanedSegment cleaned, Segment segment)
    {
        lock (log.Gate)
        {
            log.AssertInvariants();
            Segment[] segments = log.Segments;
            int first = Array.IndexOf(segments, cleaned.Sources[0]);
            log.Segments = [.. segments[..first], segment, .. segments[(first + cleaned.Sources.Length)..]];
            log.Tail.Clear();
        }
    }
}
