using System.Globalization;
using System.Text.Json.Serialization;

namespace QuickStart;

/// <summary>One report of an animal that an aircraft struck: a row of the data.</summary>
internal sealed record Strike(string Airport, string Aircraft, DateTimeOffset Date, string Species, long Cost)
{
    /// <summary>Reads a row. No field of this data holds a comma.</summary>
    public static Strike Parse(string row)
    {
        string[] fields = row.Split(',');
        return new Strike(
            Airport: fields[0],
            Aircraft: fields[1],
            Date: DateTimeOffset.Parse(fields[3], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            Species: fields[8],
            Cost: long.Parse(fields[12], CultureInfo.InvariantCulture));
    }
}

/// <summary>How the values look as JSON. It is generated at build time, so the sample works without
/// reflection.</summary>
[JsonSerializable(typeof(Strike))]
internal sealed partial class Json : JsonSerializerContext;
