using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>One name in a directory.</summary>
/// <param name="Name">The name, without its directory.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
/// <param name="Length">The number of bytes of a file; zero for a directory.</param>
[Experimental("STREAMLOG001")]
public readonly record struct FileSystemEntry(string Name, bool IsDirectory, long Length);
