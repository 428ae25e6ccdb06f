using System.Globalization;
using System.Reflection;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Messages;

/// <summary>A declared field, read by reflection: a second opinion beside the generator's.</summary>
internal sealed record DeclaredField(PropertyInfo Property, FieldAttribute Declaration)
{
    private static readonly NullabilityInfoContext Nullability = new();

    public bool IsList => Property.PropertyType is { IsGenericType: true } type &&
        type.GetGenericTypeDefinition() == typeof(List<>);

    public Type ItemType => IsList ? Property.PropertyType.GetGenericArguments()[0] : Property.PropertyType;

    public bool IsStruct => ItemType.IsNested;

    public static DeclaredField[] Of(Type type) =>
        [.. from property in type.GetProperties()
            let declaration = property.GetCustomAttribute<FieldAttribute>()
            where declaration is not null
            select new DeclaredField(property, declaration)];

    public bool IsIn(short version)
    {
        string[] ends = Declaration.Versions.TrimEnd('+').Split('-');
        int min = int.Parse(ends[0], CultureInfo.InvariantCulture);
        int max = int.Parse(ends[^1], CultureInfo.InvariantCulture);
        return version >= min && (version <= max || Declaration.Versions.EndsWith('+'));
    }

    public bool MayBeNull(short version)
    {
        // A tagged struct is null where the tag is absent.
        if (IsStruct && !IsList && Declaration.Tag >= 0)
            return true;
        lock (Nullability)
        {
            return version >= Declaration.NullableFrom &&
                Nullability.Create(Property).WriteState == NullabilityState.Nullable;
        }
    }
}
