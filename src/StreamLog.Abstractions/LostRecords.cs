namespace StreamLog;

/// <summary>A stretch of a segment that a repair has cut out.</summary>
public sealed record LostRecords
{
    /// <summary>Gets the path of the segment.</summary>
    public required string File { get; init; }

    /// <summary>Gets the byte of it at which the stretch began; where a file was missing, zero.</summary>
    public required long Position { get; init; }

    /// <summary>Gets how many bytes the stretch had; zero where they were missing.</summary>
    public required long Bytes { get; init; }

    /// <summary>Gets the first offset that is lost.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>Gets how many offsets are lost. Zero means that the bytes stood for no record of this log.</summary>
    public required long OffsetCount { get; init; }

    /// <summary>Gets the path of the copy of the bytes, or <see langword="null"/> where there were none.</summary>
    /// <remarks>StreamLog never deletes or overwrites it.</remarks>
    public string? Copy { get; init; }

    /// <summary>Gets what was wrong there.</summary>
    public required string Fault { get; init; }
}
