using System.Diagnostics.Metrics;

namespace StreamLog.Diagnostics;

/// <summary>Where histograms divide what they count.</summary>
internal static class Buckets
{
    /// <summary>Gets those that OpenTelemetry prescribes for the durations of messaging, and below them some for a log
    /// in this process, which answers within microseconds.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries =
        [
            0.00001, 0.00005, 0.0001, 0.0005, 0.001,
            0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
        ],
    };

    /// <summary>Gets powers of four, from a small record to the largest batch.</summary>
    public static InstrumentAdvice<long> Bytes { get; } = new()
    {
        HistogramBucketBoundaries = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216],
    };
}
