namespace StreamLog.Storage.Files;

/// <summary>One directory of an <see cref="InMemoryFileSystem"/>, which owns it and guards it.</summary>
internal sealed class InMemoryDirectory
{
    /// <summary>
    /// Gets what is in it, in ordinal order: an <see cref="InMemoryContent"/> or an <see cref="InMemoryDirectory"/> a
    /// name.
    /// </summary>
    public SortedDictionary<string, object> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>Empties it, and the directories below it.</summary>
    public void ReleaseAll()
    {
        foreach (object entry in Entries.Values)
        {
            (entry as InMemoryContent)?.Release();
            (entry as InMemoryDirectory)?.ReleaseAll();
        }

        Entries.Clear();
    }
}
