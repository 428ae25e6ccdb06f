using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>Whether a file must exist to be opened.</summary>
[Experimental("STREAMLOG001")]
public enum FileOpenMode
{
    /// <summary>It must exist; it is opened for reading and writing.</summary>
    Open,

    /// <summary>It must exist; it is opened for reading alone.</summary>
    OpenRead,

    /// <summary>It must not exist; it is created.</summary>
    CreateNew,

    /// <summary>It is opened where it exists, and created where it does not.</summary>
    OpenOrCreate,
}
