namespace StreamLog.Generators;

/// <summary>A declared message, in values that compare: what the compiler caches between two runs.</summary>
internal sealed record MessageModel
{
    /// <summary>The class's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The namespace of the class.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The name in the enum of kinds.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Gets whether it answers a request. Who answers does not choose the version, so what an old one has no
    /// room for is left out; a request that would lose something is refused.</summary>
    public bool IsResponse => Kind == "Response";

    /// <summary>The name in the enum of APIs, or null.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The number of the API.</summary>
    public int ApiNumber { get; init; }

    /// <summary>The number of a metadata record, or -1.</summary>
    public int RecordKey { get; init; }

    /// <summary>The versions that are read and written.</summary>
    public VersionRange Versions { get; init; }

    /// <summary>The first flexible version.</summary>
    public int FlexibleFrom { get; init; }

    /// <summary>Whether the message gives buffers back, so that a failed read has to.</summary>
    public bool IsDisposable { get; init; }

    /// <summary>The message's own fields.</summary>
    public StructModel Body { get; init; } = new("", default);

    /// <summary>The structs within.</summary>
    public EquatableArray<StructModel> Structs { get; init; }

    /// <summary>What is wrong with the declaration. Nothing is generated if anything is.</summary>
    public EquatableArray<DiagnosticModel> Diagnostics { get; init; }

    /// <summary>Gets whether any version is flexible.</summary>
    public bool IsEverFlexible => FlexibleFrom <= Versions.Max;
}
