namespace StreamLog.Protocol.Compression;

/// <summary>Writes, in the words of one format, what <see cref="MatchFinder"/> found.</summary>
internal interface ISequenceWriter
{
    /// <summary>Writes bytes as they are, then a repetition of earlier ones.</summary>
    /// <param name="literals">The bytes as they are.</param>
    /// <param name="distance">How far back the repetition begins.</param>
    /// <param name="length">How long it is: at least four.</param>
    void WriteSequence(ReadOnlySpan<byte> literals, int distance, int length);

    /// <summary>Writes the bytes at the end, which repeat nothing.</summary>
    /// <param name="literals">The bytes.</param>
    void WriteLast(ReadOnlySpan<byte> literals);
}
