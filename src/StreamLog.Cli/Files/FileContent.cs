namespace StreamLog.Cli.Files;

/// <summary>What was read of a file with entries of one kind.</summary>
/// <typeparam name="T">The entry.</typeparam>
/// <param name="Entries">The entries up to the fault.</param>
/// <param name="Fault">The first thing that is wrong, or <see langword="null"/>.</param>
internal sealed record FileContent<T>(IReadOnlyList<T> Entries, Fault? Fault);
