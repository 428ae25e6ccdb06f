namespace StreamLog.Storage.Compaction;

/// <summary>Puts neighbouring segments together that make one of a common size, so that segments do not shrink to
/// nothing from run to run.</summary>
internal static class SegmentGroups
{
    /// <summary>Groups segments.</summary>
    /// <param name="segments">The segments, in order.</param>
    /// <param name="bytesMax">How large a segment may be.</param>
    /// <param name="indexBytesMax">How large an index may be.</param>
    /// <returns>How many of the segments go to each group, one group after the other.</returns>
    public static List<int> Group(IReadOnlyList<SegmentFacts> segments, long bytesMax, long indexBytesMax)
    {
        List<int> groups = [];
        for (int first = 0; first < segments.Count;)
        {
            long bytes = segments[first].SizeInBytes;
            long indexBytes = segments[first].IndexBytes;
            int next = first + 1;
            while (next < segments.Count
                && bytes + segments[next].SizeInBytes <= bytesMax
                && indexBytes + segments[next].IndexBytes <= indexBytesMax
                && segments[next].NextOffset - 1 - segments[first].BaseOffset <= int.MaxValue)
            {
                bytes += segments[next].SizeInBytes;
                indexBytes += segments[next].IndexBytes;
                next++;
            }

            groups.Add(next - first);
            first = next;
        }

        return groups;
    }
}
