using System.Diagnostics.Metrics;

namespace StreamLog.Diagnostics;

/// <summary>What the broker counts with.</summary>
/// <remarks>Owned by its node's <see cref="StreamLogMetrics"/>. Thread-safe.</remarks>
internal sealed class RequestMetrics
{
    private readonly Histogram<double> _duration;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meter">The node's meter.</param>
    public RequestMetrics(Meter meter) => _duration = meter.CreateHistogram(
        "streamlog.request.duration", "s",
        "How long the broker took to answer a request; a fetch may wait for records.", tags: null, Buckets.Seconds);

    /// <summary>Gets whether anybody wants to know how long requests take.</summary>
    public bool MeasuresRequests => _duration.Enabled;

    /// <summary>Notes that a request was answered.</summary>
    /// <param name="api">Kafka's name of the request.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="failure">Why it was not answered after all, or <see langword="null"/>.</param>
    public void Answered(string api, TimeSpan duration, Exception? failure)
    {
        if (failure is null)
        {
            _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(MetricTags.Api, api));
            return;
        }

        _duration.Record(
            duration.TotalSeconds,
            new KeyValuePair<string, object?>(MetricTags.Api, api),
            new KeyValuePair<string, object?>(MetricTags.ErrorType, ErrorTypes.Of(failure)));
    }
}
