using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Wire;

namespace StreamLog.Tests.Messages;

/// <summary>
/// Fills messages by the rule of <c>wire_goldens.py</c>: a value follows from its type and its path, and from nothing
/// that is ours.
/// </summary>
/// <param name="version">The version whose fields are filled.</param>
/// <param name="isFlexible">Whether it has tagged fields.</param>
/// <param name="variant">default, filled, null, empty or unknown.</param>
internal sealed class RuledMessages(short version, bool isFlexible, string variant)
{
    private static readonly int[] UnknownTags = [10007, 10008];

    public static object Create(MessageType message, short version, string variant) =>
        new RuledMessages(version, version >= message.FlexibleFrom, variant).Fill(message.Type, "");

    private object Fill(Type type, string path)
    {
        object filled = Activator.CreateInstance(type)!;
        if (variant == "default")
            return filled;

        int place = 0;
        foreach (DeclaredField field in DeclaredField.Of(type).Where(field => field.IsIn(version)))
        {
            bool isTagged =
                isFlexible && field.Declaration.Tag >= 0 && version >= field.Declaration.TaggedFrom;
            string own = path + (isTagged ? $"t{field.Declaration.Tag}" : Text(place++));
            bool isNull = variant == "null" && version >= field.Declaration.NullableFrom;
            field.Property.SetValue(filled, isNull ? null : Value(field, own));
        }

        if (variant == "unknown")
            type.GetProperty("UnknownTaggedFields")!.SetValue(filled, UnknownFields(path));
        return filled;
    }

    private object Value(DeclaredField field, string path)
    {
        if (!field.IsList && field.IsStruct)
            return Fill(field.ItemType, path + ".");
        if (!field.IsList)
            return Primitive(field.ItemType, path, variant == "empty");

        IList list = (IList)Activator.CreateInstance(field.Property.PropertyType)!;
        for (int i = 0; i < (variant switch { "empty" => 0, "filled" => 2, _ => 1 }); i++)
        {
            string own = $"{path}[{Text(i)}]";
            list.Add(field.IsStruct ? Fill(field.ItemType, own + ".") : Primitive(field.ItemType, own, isEmpty: false));
        }

        return list;
    }

    private static object Primitive(Type type, string path, bool isEmpty)
    {
        uint h = isEmpty ? 0 : Mix(path);
        byte[] bytes = new byte[isEmpty ? 0 : sizeof(uint)];
        if (!isEmpty)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, h);
        if (type.IsEnum)
            return Enum.ToObject(type, (short)h);
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => (h & 1) == 1,
            TypeCode.SByte => (sbyte)h,
            TypeCode.Int16 => (short)h,
            TypeCode.UInt16 => (ushort)h,
            TypeCode.Int32 => (int)h,
            TypeCode.Int64 => isEmpty ? 0L : (long)(((ulong)h << 32) | ~h),
            TypeCode.Double => (double)h,
            TypeCode.String => isEmpty ? "" : "é" + h.ToString("x8", CultureInfo.InvariantCulture),
            _ when type == typeof(Guid) => isEmpty ? Guid.Empty : Id(h),
            _ when type == typeof(byte[]) => bytes,
            _ when type == typeof(RecordBuffer) => RecordBuffer.CopyOf(bytes),
            _ => throw new InvalidOperationException($"The rule says nothing of {type}."),
        };
    }

    private static Guid Id(uint h)
    {
        byte[] bytes = new byte[16];
        for (int i = 0; i < 4; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * sizeof(uint)), h ^ (uint)i);
        return new Guid(bytes, bigEndian: true);
    }

    private static List<UnknownTaggedField> UnknownFields(string path)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Mix(path));
        return
        [
            new UnknownTaggedField(UnknownTags[0], bytes),
            new UnknownTaggedField(UnknownTags[1], Array.Empty<byte>()),
        ];
    }

    /// <summary>FNV-1a, 32 bits.</summary>
    private static uint Mix(string path)
    {
        uint value = 0x811C9DC5;
        foreach (byte each in Encoding.UTF8.GetBytes(path))
            value = unchecked((value ^ each) * 0x01000193);
        return value;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
