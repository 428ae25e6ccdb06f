using System.Collections;
using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Wire;

namespace StreamLog.Tests.Messages;

/// <summary>Fills messages with whatever one version can express. One per test, seeded.</summary>
internal sealed class RandomMessages(int seed)
{
    private static readonly string[] Texts = ["", "a", "orders", "größer", "日本", "🧭", new string('x', 200)];

    private readonly Random _random = new(seed);

    public object Create(MessageType message, short version) =>
        Fill(message.Type, version, version >= message.FlexibleFrom);

    private object Fill(Type type, short version, bool isFlexible)
    {
        object filled = Activator.CreateInstance(type)!;
        foreach (DeclaredField field in DeclaredField.Of(type).Where(field => field.IsIn(version)))
        {
            // A quarter stay at their default, which is what tagged fields are sensitive to.
            if (_random.Next(4) == 0)
                continue;
            object? value = field.MayBeNull(version) && _random.Next(3) == 0
                ? null : Value(field, version, isFlexible);
            field.Property.SetValue(filled, value);
        }

        if (isFlexible && _random.Next(5) == 0)
            type.GetProperty("UnknownTaggedFields")!.SetValue(filled, UnknownFields());
        return filled;
    }

    private object Value(DeclaredField field, short version, bool isFlexible)
    {
        if (!field.IsList)
            return Item(field.ItemType, version, isFlexible);

        IList list = (IList)Activator.CreateInstance(field.Property.PropertyType)!;
        for (int left = _random.Next(4); left > 0; left--)
            list.Add(Item(field.ItemType, version, isFlexible));
        return list;
    }

    private object Item(Type type, short version, bool isFlexible)
    {
        if (type.IsNested)
            return Fill(type, version, isFlexible);
        if (type.IsEnum)
            return Enum.ToObject(type, (short)_random.Next(short.MinValue, short.MaxValue + 1));
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => _random.Next(2) == 0,
            TypeCode.SByte => (sbyte)_random.Next(sbyte.MinValue, sbyte.MaxValue + 1),
            TypeCode.Int16 => (short)_random.Next(short.MinValue, short.MaxValue + 1),
            TypeCode.UInt16 => (ushort)_random.Next(ushort.MaxValue + 1),
            TypeCode.Int32 => _random.Next(int.MinValue, int.MaxValue),
            TypeCode.Int64 => _random.NextInt64(long.MinValue, long.MaxValue),
            TypeCode.Double => _random.NextDouble() * 1_000_000,
            TypeCode.String => Texts[_random.Next(Texts.Length)],
            _ when type == typeof(Guid) => new Guid(Bytes(16)),
            _ when type == typeof(byte[]) => Bytes(_random.Next(300)),
            _ when type == typeof(RecordBuffer) => RecordBuffer.CopyOf(Bytes(_random.Next(300))),
            _ => throw new InvalidOperationException($"There is no generator for {type}."),
        };
    }

    private List<UnknownTaggedField> UnknownFields()
    {
        // Far above every tag that is known.
        int tag = 1000;
        List<UnknownTaggedField> fields = [];
        for (int left = _random.Next(1, 3); left > 0; left--)
        {
            tag += _random.Next(1, 200);
            fields.Add(new UnknownTaggedField(tag, Encoding.UTF8.GetBytes(Texts[_random.Next(Texts.Length)])));
        }

        return fields;
    }

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
