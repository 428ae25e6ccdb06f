using System.CommandLine.Parsing;

namespace StreamLog.Cli.Records;

/// <summary>Reads lists of <see cref="RecordField"/>.</summary>
internal static class RecordFields
{
    /// <summary>Reads <c>time,key</c>: the fields in order, and the value behind them where it is not among
    /// them.</summary>
    public static RecordField[] Parse(ArgumentResult result)
    {
        List<RecordField> fields = [];
        foreach (string name in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (!Enum.TryParse(name, ignoreCase: true, out RecordField field) || int.TryParse(name, out _))
            {
                result.AddError(
                    $"'{name}' is nothing that a record has. Fields are topic, partition, offset, time, key, value "
                    + "and headers.");
                return [];
            }

            fields.Add(field);
        }

        if (!fields.Contains(RecordField.Value))
            fields.Add(RecordField.Value);
        return [.. fields];
    }
}
