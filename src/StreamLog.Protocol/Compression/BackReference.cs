namespace StreamLog.Protocol.Compression;

/// <summary>Copies a match: bytes that were already put out, some way back, and may overlap with their copy.</summary>
internal static class BackReference
{
    /// <summary>Copies a match to the end of the output. The caller has checked that it lies within.</summary>
    /// <example>With <c>ab</c> put out, distance 2 and length 5 give <c>abababa</c>.</example>
    public static void Copy(Span<byte> output, int position, int distance, int length)
    {
        int from = position - distance;
        while (length > 0)
        {
            // What lies between is a whole number of repetitions, and doubles with every turn.
            int run = Math.Min(position - from, length);
            output.Slice(from, run).CopyTo(output[position..]);
            position += run;
            length -= run;
        }
    }
}
