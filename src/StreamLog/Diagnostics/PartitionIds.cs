using System.Globalization;

namespace StreamLog.Diagnostics;

/// <summary>Numbers of partitions as text, which OpenTelemetry wants, without making it anew each time.</summary>
internal static class PartitionIds
{
    private static readonly string[] Known =
        [.. Enumerable.Range(0, 256).Select(static id => id.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Returns a partition's number as text.</summary>
    /// <param name="partition">The number.</param>
    /// <returns>The text.</returns>
    public static string Of(int partition) => (uint)partition < (uint)Known.Length
        ? Known[partition]
        : partition.ToString(CultureInfo.InvariantCulture);
}
