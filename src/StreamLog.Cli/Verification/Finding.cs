namespace StreamLog.Cli.Verification;

/// <summary>Something that a verification found.</summary>
/// <param name="IsDamage">Whether it is damage; else it is worth knowing, and the next start mends it.</param>
/// <param name="File">The file, as a path within the data directory.</param>
/// <param name="Position">The byte.</param>
/// <param name="Text">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Finding(bool IsDamage, string File, long Position, string Text, string Remedy);
