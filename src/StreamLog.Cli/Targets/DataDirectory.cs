using System.Globalization;

namespace StreamLog.Cli.Targets;

/// <summary>What must be known of a data directory before a node opens it.</summary>
internal static class DataDirectory
{
    public const string IdentityFileName = "meta.properties";

    /// <summary>The id that a new directory gets; it is the default of the engine's options too.</summary>
    public const int NewNodeId = 1;

    private const string NodeIdKey = "node.id=";

    /// <summary>Returns whose the directory is, or <see langword="null"/> where there is no log.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static int? FindNodeId(string directory)
    {
        string path = Path.Combine(directory, IdentityFileName);
        if (!ReadOnlyDisk.FileExists(path))
            return null;

        foreach (string line in ReadOnlyDisk.ReadText(path).Split('\n'))
        {
            if (line.StartsWith(NodeIdKey, StringComparison.Ordinal) && int.TryParse(
                line.AsSpan(NodeIdKey.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int nodeId))
            {
                return nodeId;
            }
        }

        // What is wrong with it, the node says better.
        return NewNodeId;
    }
}
