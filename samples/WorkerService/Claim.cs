using System.Globalization;
using System.Text.Json.Serialization;

namespace WorkerService;

/// <summary>What an animal that an aircraft struck has cost: a row of the data.</summary>
internal sealed record Claim(int Row, string Airport, string Species, long Cost)
{
    /// <summary>Reads a row. No field of this data holds a comma.</summary>
    public static Claim Parse(int row, string line)
    {
        string[] fields = line.Split(',');
        return new Claim(row, fields[0], fields[8], long.Parse(fields[12], CultureInfo.InvariantCulture));
    }
}

/// <summary>How claims look as JSON. It is generated at build time, so the sample works without reflection.</summary>
[JsonSerializable(typeof(Claim))]
internal sealed partial class Json : JsonSerializerContext;
