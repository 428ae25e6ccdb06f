namespace StreamLog.Protocol.Messages;

/// <summary>Declares a field of a message. Its default is what the property is initialised to.</summary>
/// <param name="versions">The versions that have the field: <c>3+</c>, <c>0-12</c> or <c>6</c>.</param>
[AttributeUsage(AttributeTargets.Property, Inherited = false)]
internal sealed class FieldAttribute(string versions) : Attribute
{
    /// <summary>Gets the versions that have the field.</summary>
    public string Versions { get; } = versions;

    /// <summary>Gets or sets the first version in which the field may be null; by default there is none.</summary>
    public short NullableFrom { get; set; } = short.MaxValue;

    /// <summary>Gets or sets the tag of a tagged field; by default the field is not tagged.</summary>
    public int Tag { get; set; } = -1;

    /// <summary>Gets or sets the first version in which the field is tagged; by default all that have it.</summary>
    public short TaggedFrom { get; set; }

    /// <summary>Gets or sets whether a version without the field may drop its value in silence.</summary>
    public bool Ignorable { get; set; }
}
