using System.Globalization;

namespace StreamLog.Benchmarks.Load;

/// <summary>Medians, and how numbers are written.</summary>
internal static class Figures
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length == 0 ? double.NaN
            : sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static IEnumerable<double> Ratios(IReadOnlyList<double> mine, IReadOnlyList<double> theirs) =>
        mine.Zip(theirs, (one, other) => one / other);

    /// <summary>Writes a rate with its range, or the time of one where there are few a second.</summary>
    public static string Rate(IReadOnlyList<double> perSecond)
    {
        double median = Median(perSecond);
        return double.IsNaN(median) ? ""
            : median >= 100 ? $"{Si(median)} ({Si(perSecond.Min())}-{Si(perSecond.Max())})"
            : $"{Time(median)} each ({Time(perSecond.Max())}-{Time(perSecond.Min())})";
    }

    public static string Si(double value) => value switch
    {
        double.NaN => "",
        >= 1e6 => Text(value / 1e6, "0.00") + "M",
        >= 1e4 => Text(value / 1e3, "0") + "k",
        >= 1e3 => Text(value / 1e3, "0.0") + "k",
        _ => Text(value, "0"),
    };

    public static string Bytes(double value) =>
        double.IsNaN(value) ? "" : Text(value, value >= 100 ? "#,0" : value >= 10 ? "0.0" : "0.00");

    public static string Us(double value) => double.IsNaN(value) ? "" : Text(value, value >= 10 ? "#,0" : "0.0");

    public static string Ratio(double value) => double.IsFinite(value) ? Text(value, "0.00") : "";

    private static string Time(double perSecond) =>
        perSecond > 1 ? Text(1e3 / perSecond, "0") + " ms" : Text(1 / perSecond, "0.0") + " s";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
