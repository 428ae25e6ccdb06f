using Microsoft.Win32.SafeHandles;
using StreamLog.Diagnostics;

namespace StreamLog.Storage.Files;

/// <summary>The physical files that are open now, by their paths.</summary>
/// <remarks>
/// Owned by a <see cref="PhysicalFileSystem"/>, which tells it of renames and deletions, so that two handles of one
/// file share what is known of it and a new file under an old name shares nothing. Any thread may call.
/// </remarks>
internal sealed class SharedFiles
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    // Invariant: each value has at least one handle, and stands under the path it has now.
    private readonly Dictionary<string, SharedFile> _open = new(StringComparer.Ordinal);

    /// <summary>Counts a handle in.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="handle">The handle.</param>
    /// <returns>What its handles share.</returns>
    public SharedFile Acquire(string path, SafeFileHandle handle)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(path, out SharedFile? file))
            {
                file = new SharedFile(path, RandomAccess.GetLength(handle));
                _open.Add(path, file);
            }

            file.HandleCount++;
            return file;
        }
    }

    /// <summary>Counts a handle out.</summary>
    /// <param name="file">What it shared.</param>
    public void Release(SharedFile file)
    {
        lock (_gate)
        {
            Invariant.Holds(file.HandleCount > 0);
            file.HandleCount--;
            if (file.HandleCount == 0 && !file.IsUnlinked)
                _open.Remove(file.Path);
        }
    }

    /// <summary>Notes that a file or a directory has got another name.</summary>
    /// <param name="path">The full path it had.</param>
    /// <param name="newPath">The full path it has.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    public void Renamed(string path, string newPath, bool isDirectory)
    {
        lock (_gate)
        {
            if (string.Equals(path, newPath, StringComparison.Ordinal))
                return;

            Unlink(newPath, isDirectory);
            foreach (SharedFile file in At(path, isDirectory))
            {
                _open.Remove(file.Path);
                file.Path = newPath + file.Path[path.Length..];
                _open.Add(file.Path, file);
            }
        }
    }

    /// <summary>Notes that a file, or a directory and all in it, has been deleted.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="isDirectory">Whether it was a directory.</param>
    public void Deleted(string path, bool isDirectory)
    {
        lock (_gate)
            Unlink(path, isDirectory);
    }

    private void Unlink(string path, bool isDirectory)
    {
        foreach (SharedFile file in At(path, isDirectory))
        {
            file.IsUnlinked = true;
            _open.Remove(file.Path);
        }
    }

    // The file of that path, or, where it is a directory, those below it. Only for these all are looked through.
    private List<SharedFile> At(string path, bool isDirectory)
    {
        List<SharedFile> found = [];
        if (!isDirectory)
        {
            if (_open.TryGetValue(path, out SharedFile? file))
                found.Add(file);
            return found;
        }

        string prefix = path + Path.DirectorySeparatorChar;
        foreach (SharedFile open in _open.Values)
        {
            if (open.Path.StartsWith(prefix, StringComparison.Ordinal))
                found.Add(open);
        }

        return found;
    }
}
