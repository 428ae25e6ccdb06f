namespace StreamLog.Generators;

/// <summary>One class of a message: the message itself or a struct within it.</summary>
internal sealed record StructModel(string Name, EquatableArray<FieldModel> Fields);
