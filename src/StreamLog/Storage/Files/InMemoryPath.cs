namespace StreamLog.Storage.Files;

/// <summary>Takes paths apart for disks that are no part of the system's own tree of files.</summary>
internal static class InMemoryPath
{
    private static readonly string Root = OperatingSystem.IsWindows() ? @"C:\" : "/";

    /// <summary>Returns the names on the way from the root to a file or directory.</summary>
    /// <param name="path">The path. One that names no root begins at the root, not in the process's directory.</param>
    /// <returns>The names: none for the root itself, and the same ones for every way to write the path.</returns>
    /// <example><c>/data/./orders-0/../meta.properties</c> and <c>data/meta.properties</c> are both data,
    /// meta.properties.</example>
    public static string[] Split(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path, Root);
        return full[Path.GetPathRoot(full)!.Length..].Split(
            [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
    }
}
