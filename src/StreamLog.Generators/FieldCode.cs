namespace StreamLog.Generators;

/// <summary>Writes the C# that reads or writes one field. One per message.</summary>
internal sealed class FieldCode
{
    private readonly MessageModel _message;
    private readonly CodeText _text;

    public FieldCode(MessageModel message, CodeText text)
    {
        _message = message;
        _text = text;
    }

    /// <summary>Gets the expression that tells compact lengths from classic ones.</summary>
    public string Compact =>
        _message.FlexibleFrom <= _message.Versions.Min ? "true" : _message.IsEverFlexible ? "compact" : "false";

    /// <summary>Returns the expression that is true where a field does not have its default.</summary>
    public static string IsNotDefault(FieldModel field)
    {
        string value = "this." + field.Name;
        if (field.IsList)
            return field.Default is null ? $"{value} is not null" : $"{value} is not {{ Count: 0 }}";
        return field.Type switch
        {
            WireType.Bytes when field.Default is not null => $"{value} is not {{ Length: 0 }}",
            WireType.String when field.Default is not null => $"{value} is not {field.Default}",
            WireType.String or WireType.Bytes or WireType.Records or WireType.Struct => $"{value} is not null",
            WireType.Float64 => $"!{value}.Equals({field.Default ?? "0d"})",
            _ => $"{value} != {field.Default ?? "default"}",
        };
    }

    /// <summary>Writes the statements that read a field in one range of versions.</summary>
    public void Read(FieldModel field, VersionRange range, string compact)
    {
        if (field.IsList)
        {
            ReadList(field, range, compact);
        }
        else if (field.Type == WireType.Struct)
        {
            ReadStruct(field, range);
        }
        else
        {
            string plain = ReadItem(field, compact);
            string nullable = plain.Replace("reader.Read", "reader.ReadNullable");
            _text.Line($"this.{field.Name} = {ByVersion(field, range, plain, nullable)};");
        }
    }

    /// <summary>Writes the statements that write a field in one range of versions.</summary>
    public void Write(FieldModel field, VersionRange range, string compact, string path)
    {
        if (TryWriteEmptyForNull(field, range, compact))
            return;
        if (IsReference(field) && field.NullableFrom > range.Min && !field.IsNullWhenAbsent)
        {
            string when = field.NullableFrom > range.Max ? "" : $"version < {field.NullableFrom} && ";
            _text.Line($"if ({when}this.{field.Name} is null)");
            _text.Line(
                "    throw global::StreamLog.Protocol.Messages.MessageVersions." +
                $"NoNull(\"{path}.{field.Name}\", version);");
        }

        if (field.IsList)
        {
            _text.Line($"writer.WriteArrayLength(this.{field.Name}?.Count ?? -1, {compact});");
            _text.Open($"for (int i = 0; i < (this.{field.Name}?.Count ?? 0); i++)");
            _text.Line(WriteItem(field, $"this.{field.Name}![i]", compact)).Close();
        }
        else if (field.Type == WireType.Struct && field.NullableFrom <= range.Max)
        {
            _text.OpenIf(field.NullableFrom <= range.Min ? null : $"version >= {field.NullableFrom}");
            _text.Line($"writer.WriteStructMark(this.{field.Name} is not null);").Close();
            _text.Line($"this.{field.Name}?.WriteFields(ref writer, version);");
        }
        else
        {
            _text.Line(WriteItem(field, $"this.{field.Name}", compact));
        }
    }

    // In a response null is what there is not: nothing, in a version that knows no null.
    private bool TryWriteEmptyForNull(FieldModel field, VersionRange range, string compact)
    {
        bool isText = field.Type is WireType.String or WireType.Bytes or WireType.Records;
        if (!_message.IsResponse || field.NullableFrom <= range.Min || field.NullableFrom > range.Max
            || !(field.IsList || isText))
        {
            return false;
        }

        string isOld = $"version < {field.NullableFrom}";
        if (field.IsList)
        {
            _text.Line($"writer.WriteArrayLength(this.{field.Name}?.Count ?? ({isOld} ? 0 : -1), {compact});");
            _text.Open($"for (int i = 0; i < (this.{field.Name}?.Count ?? 0); i++)");
            _text.Line(WriteItem(field, $"this.{field.Name}![i]", compact)).Close();
            return true;
        }

        string empty = field.Type switch
        {
            WireType.String => "\"\"",
            WireType.Bytes => "[]",
            _ => "global::StreamLog.Protocol.RecordBuffer.Empty",
        };
        _text.Line(WriteItem(field, $"this.{field.Name} ?? ({isOld} ? {empty} : null)", compact));
        return true;
    }

    private static bool IsReference(FieldModel field) =>
        field.IsList || field.Type is WireType.String or WireType.Bytes or WireType.Records or WireType.Struct;

    private static string ByVersion(FieldModel field, VersionRange range, string plain, string nullable)
    {
        if (!IsReference(field) || field.NullableFrom > range.Max)
            return plain;
        return field.NullableFrom <= range.Min ? nullable : $"version >= {field.NullableFrom} ? {nullable} : {plain}";
    }

    private static string ReadItem(FieldModel field, string compact)
    {
        string read = field.Type is WireType.String or WireType.Bytes or WireType.Records
            ? $"reader.Read{field.Type}({compact})"
            : $"reader.Read{field.Type}()";
        return field.EnumName is null ? read : $"({field.EnumName}){read}";
    }

    private static string WriteItem(FieldModel field, string value, string compact) => field.Type switch
    {
        WireType.Struct => $"{value}.WriteFields(ref writer, version);",
        WireType.String or WireType.Bytes or WireType.Records => $"writer.Write{field.Type}({value}, {compact});",
        _ when field.EnumName?.EndsWith(".ErrorCode", StringComparison.Ordinal) == true =>
            $"writer.WriteErrorCode({value});",
        _ when field.EnumName is not null => $"writer.Write{field.Type}(({PrimitiveOf(field.Type)}){value});",
        _ => $"writer.Write{field.Type}({value});",
    };

    private static string PrimitiveOf(WireType type) => type switch
    {
        WireType.Int8 => "sbyte",
        WireType.Int16 => "short",
        WireType.UInt16 => "ushort",
        WireType.UInt32 => "uint",
        WireType.Int64 => "long",
        _ => "int",
    };

    private void ReadStruct(FieldModel field, VersionRange range)
    {
        string read = $"(this.{field.Name} = new()).ReadFields(ref reader, version);";
        if (field.NullableFrom > range.Max)
        {
            _text.Line(read);
            return;
        }

        string when = field.NullableFrom <= range.Min ? "" : $"version < {field.NullableFrom} || ";
        _text.Line($"if ({when}reader.ReadStructMark())").Line("    " + read);
        _text.Line("else").Line($"    this.{field.Name} = null;");
    }

    private void ReadList(FieldModel field, VersionRange range, string compact)
    {
        int least = LeastBytes(field);
        string length = ByVersion(
            field,
            range,
            $"reader.ReadArrayLength({compact}, {least})",
            $"reader.ReadNullableArrayLength({compact}, {least})");
        _text.Line($"int count = {length};");
        if (field.NullableFrom <= range.Max)
            _text.Open("if (count < 0)").Line($"this.{field.Name} = null;").Close().Line("else");
        _text.Open();

        // A fresh message has its lists already: they are filled, and the list hangs there before its items are read.
        string list = $"global::System.Collections.Generic.List<{field.TypeName}>";
        _text.Line($"{list} items = this.{field.Name} ??= new();").Line("items.EnsureCapacity(count);");
        _text.Open("for (int i = 0; i < count; i++)");
        if (field.Type == WireType.Struct)
        {
            _text.Line($"{field.TypeName} item = new();").Line("items.Add(item);");
            _text.Line("item.ReadFields(ref reader, version);");
        }
        else
        {
            _text.Line($"items.Add({ReadItem(field, compact)});");
        }

        _text.Close().Close();
    }

    // The fewest bytes of one item in any version: the bound on how many items a length may claim.
    private int LeastBytes(FieldModel field) => field.Type switch
    {
        WireType.Boolean or WireType.Int8 => 1,
        WireType.Int16 or WireType.UInt16 => 2,
        WireType.Int32 or WireType.UInt32 => 4,
        WireType.Int64 or WireType.Float64 => 8,
        WireType.Uuid => 16,
        WireType.Struct => Math.Max(1, LeastBytesOfStruct(field.TypeName)),
        _ => 1,
    };

    private int LeastBytesOfStruct(string typeName)
    {
        StructModel? part = _message.Structs.FirstOrDefault(
            candidate => typeName.EndsWith("." + candidate.Name, StringComparison.Ordinal));
        return part is null
            ? 1
            : part.Fields.Where(field => field.Plain == _message.Versions)
                .Sum(field => field.IsList || field.Type == WireType.Struct ? 1 : LeastBytes(field));
    }
}
