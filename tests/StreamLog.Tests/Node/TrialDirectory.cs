namespace StreamLog.Tests.Node;

/// <summary>A directory of its own on the real disk, gone with the test.</summary>
internal sealed class TrialDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("streamlog-trial-").FullName;

    /// <summary>Copies everything as it is now.</summary>
    public TrialDirectory Copy()
    {
        TrialDirectory copy = new();
        foreach (string folder in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, folder)));

        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
            File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, file)));

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
