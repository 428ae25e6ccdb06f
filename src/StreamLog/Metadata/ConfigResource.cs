namespace StreamLog.Metadata;

/// <summary>What a setting belongs to.</summary>
/// <param name="Type">The kind of thing.</param>
/// <param name="Name">Its name: a topic's or a group's, or a node's id as text.</param>
internal readonly record struct ConfigResource(ConfigResourceType Type, string Name);
