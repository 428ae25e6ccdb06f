namespace StreamLog;

/// <summary>The names by which StreamLog is found by whoever collects metrics and traces.</summary>
/// <remarks>
/// With OpenTelemetry: <c>AddMeter(StreamLogTelemetry.MeterName)</c> and
/// <c>AddSource(StreamLogTelemetry.ActivitySourceName)</c>. Where nobody collects, neither costs anything.
/// </remarks>
public static class StreamLogTelemetry
{
    /// <summary>The name of the meter that all instruments belong to.</summary>
    public const string MeterName = "StreamLog";

    /// <summary>The name of the source of all activities, which are OpenTelemetry's spans.</summary>
    public const string ActivitySourceName = "StreamLog";

    /// <summary>Gets the version that meter and source carry: the package's.</summary>
    public static string Version { get; } = typeof(StreamLogTelemetry).Assembly.GetName().Version!.ToString(3);
}
