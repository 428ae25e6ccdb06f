using System.Globalization;
using StreamLog.Cli.Output;

namespace StreamLog.Cli.Benchmarking;

/// <summary>What a benchmark measured.</summary>
/// <param name="Records">How many records.</param>
/// <param name="Bytes">How many bytes their keys and values have.</param>
/// <param name="Elapsed">In what time.</param>
internal sealed record BenchResult(long Records, long Bytes, TimeSpan Elapsed)
{
    private static readonly (string Name, double Share)[] Shares =
        [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999), ("max", 1)];

    /// <summary>Gets how long each took; <see langword="null"/> where that was not measured.</summary>
    public Latencies? Latencies { get; init; }

    private double Seconds => Math.Max(Elapsed.TotalSeconds, 1e-9);

    public void Write(TextWriter output, bool isJson)
    {
        Latencies?.Sort();
        if (isJson)
        {
            Json.WriteDocument(output, new
            {
                Records,
                Bytes,
                seconds = Elapsed.TotalSeconds,
                recordsPerSecond = Records / Seconds,
                bytesPerSecond = Bytes / Seconds,
                latencyMs = Latencies is null
                    ? null
                    : Shares.ToDictionary(each => each.Name, each => Milliseconds(each.Share)),
            });
            return;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Records:N0} records, {Quantities.FormatBytes(Bytes)} in {Elapsed.TotalSeconds:0.00} s: "
            + $"{Records / Seconds:N0} records/s, {Quantities.FormatBytes(Bytes / Seconds)}/s"));
        if (Latencies is null)
            return;
        output.WriteLine("acknowledged within: " + string.Join(", ", Shares.Select(each => string.Create(
            CultureInfo.InvariantCulture, $"{each.Name} {Milliseconds(each.Share):0.00} ms"))));
    }

    private double Milliseconds(double share) => Latencies!.Percentile(share).TotalMilliseconds;
}
