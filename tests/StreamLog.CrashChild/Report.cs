using System.Text;

namespace StreamLog.CrashChild;

/// <summary>What the parent reads: whole lines on standard output, unbuffered, so that nothing said is lost by a
/// kill.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Report
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Lock _gate = new();

    /// <summary>Writes lines.</summary>
    /// <param name="lines">The lines.</param>
    public void Write(params IEnumerable<string> lines)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        lock (_gate)
            _output.Write(bytes);
    }

    /// <summary>Reports records that were acknowledged.</summary>
    /// <param name="records">Where they stand, and their values.</param>
    public void Acknowledged(params IEnumerable<(LogPosition Position, string Value)> records) =>
        Write(records.Select(record =>
            $"ack {record.Position.Topic} {record.Position.Partition} {record.Position.Offset} {record.Value}"));
}
