using System.Collections;
using System.Globalization;
using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Wire;

namespace StreamLog.Tests.Messages;

/// <summary>Spells a message out, so that two of them can be compared and a difference can be read.</summary>
internal static class MessageText
{
    public static string Of(object message)
    {
        StringBuilder text = new();
        Append(text, message);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string or Guid or bool:
                text.Append('\'').Append(value).Append('\'');
                break;
            case double number:
                text.Append(number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case Enum or IConvertible:
                text.Append(CultureInfo.InvariantCulture, $"{Convert.ToInt64(value, CultureInfo.InvariantCulture)}");
                break;
            case byte[] bytes:
                text.Append(Convert.ToHexString(bytes));
                break;
            case RecordBuffer records:
                text.Append(Convert.ToHexString(records.Span));
                break;
            case UnknownTaggedField field:
                text.Append(CultureInfo.InvariantCulture, $"{field.Tag}:{Convert.ToHexString(field.Bytes.Span)}");
                break;
            case IEnumerable items:
                AppendAll(text, items);
                break;
            default:
                AppendFields(text, value);
                break;
        }
    }

    private static void AppendAll(StringBuilder text, IEnumerable items)
    {
        text.Append('[');
        foreach (object? item in items)
        {
            Append(text, item);
            text.Append(", ");
        }

        text.Append(']');
    }

    private static void AppendFields(StringBuilder text, object value)
    {
        text.Append(value.GetType().Name).Append(" { ");
        foreach (DeclaredField field in DeclaredField.Of(value.GetType()))
        {
            text.Append(field.Property.Name).Append(": ");
            Append(text, field.Property.GetValue(value));
            text.Append(", ");
        }

        Append(text, value.GetType().GetProperty("UnknownTaggedFields")?.GetValue(value));
        text.Append(" }");
    }
}
