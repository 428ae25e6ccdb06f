namespace StreamLog.Generators;

/// <summary>One field of a message, as it was declared.</summary>
internal sealed record FieldModel
{
    /// <summary>The property's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>How the field, or one item of it, is encoded.</summary>
    public WireType Type { get; init; }

    /// <summary>The C# type of the field, or of one item of it, without a question mark.</summary>
    public string TypeName { get; init; } = "";

    /// <summary>The C# enum that the integer stands for, or null.</summary>
    public string? EnumName { get; init; }

    /// <summary>Whether the field is a list.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether the property's type has a question mark.</summary>
    public bool IsNullableProperty { get; init; }

    /// <summary>The versions that have the field, within those of the message.</summary>
    public VersionRange Versions { get; init; }

    /// <summary>The first version in which the field may be null.</summary>
    public int NullableFrom { get; init; }

    /// <summary>The tag, or -1.</summary>
    public int Tag { get; init; }

    /// <summary>The first version in which the field is tagged.</summary>
    public int TaggedFrom { get; init; }

    /// <summary>Whether a version without the field may drop it.</summary>
    public bool IsIgnorable { get; init; }

    /// <summary>The default as a C# expression, or null where there is no initialiser.</summary>
    public string? Default { get; init; }

    /// <summary>The versions in which the field has its fixed place.</summary>
    public VersionRange Plain =>
        Tag < 0 ? Versions : Versions.Intersect(new VersionRange(0, TaggedFrom - 1));

    /// <summary>The versions in which the field is tagged.</summary>
    public VersionRange Tagged =>
        Tag < 0 ? new VersionRange(1, 0) : Versions.Intersect(new VersionRange(TaggedFrom, VersionRange.Open));

    /// <summary>Whether an absent tag is told apart from a value by null: so for structs.</summary>
    public bool IsNullWhenAbsent => Type == WireType.Struct && !IsList && Tag >= 0;
}
