using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace StreamLog.Diagnostics;

/// <summary>What handlers of topics count with.</summary>
/// <remarks>Owned by its node's <see cref="StreamLogMetrics"/>. Thread-safe.</remarks>
internal sealed class HandlerMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _skips;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meter">The node's meter.</param>
    public HandlerMetrics(Meter meter)
    {
        _meter = meter;
        _failures = meter.CreateCounter<long>(
            "streamlog.handler.failures", "{attempt}", "Attempts of handlers that failed.");
        _retries = meter.CreateCounter<long>(
            "streamlog.handler.retries", "{attempt}", "Failed attempts of handlers that another one follows.");
        _deadLetters = meter.CreateCounter<long>(
            "streamlog.handler.dead_letters", "{record}", "Records that were put aside in a dead-letter topic.");
        _skips = meter.CreateCounter<long>(
            "streamlog.handler.skips", "{record}", "Records that were skipped, since their handler failed.");
    }

    /// <summary>Tells how handlers fare whenever somebody asks.</summary>
    /// <param name="describe">Takes a picture of all handlers.</param>
    public void Observe(Func<IEnumerable<HandlerHealth>> describe)
    {
        _meter.CreateObservableUpDownCounter(
            "streamlog.handler.in_flight", () => All(describe, static handler => handler.InFlight), "{record}",
            "Records that a handler has read and not done.");
        _meter.CreateObservableUpDownCounter(
            "streamlog.handler.paused", () => All(describe, static handler => handler.Paused.Count), "{record}",
            "Records that a handler failed on at every attempt, and that hold up those behind them.");
        _meter.CreateObservableGauge(
            "streamlog.handler.oldest_age", () => AllAges(describe), "s",
            "How long ago a handler read the oldest record that is not done.");
        _meter.CreateObservableUpDownCounter(
            "streamlog.handler.running",
            () => All(describe, static handler => handler.State == HandlerState.Running ? 1 : 0), "{handler}",
            "Whether a handler reads its topic: 1, or 0.");
    }

    /// <summary>Notes that an attempt failed.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group.</param>
    /// <param name="failure">Why.</param>
    public void Failed(string topic, string group, Exception failure)
    {
        if (!_failures.Enabled)
            return;
        TagList tags = TagsOf(topic, group);
        tags.Add(MetricTags.ErrorType, ErrorTypes.Of(failure));
        _failures.Add(1, tags);
    }

    /// <summary>Notes that another attempt will be made.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group.</param>
    public void Retried(string topic, string group) => _retries.Add(1, TagsOf(topic, group));

    /// <summary>Notes that a record was put aside.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group.</param>
    public void PutAside(string topic, string group) => _deadLetters.Add(1, TagsOf(topic, group));

    /// <summary>Notes that a record was skipped.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group.</param>
    public void Skipped(string topic, string group) => _skips.Add(1, TagsOf(topic, group));

    private static IEnumerable<Measurement<long>> All(
        Func<IEnumerable<HandlerHealth>> describe, Func<HandlerHealth, long> value) =>
        describe().Select(handler => new Measurement<long>(value(handler), TagsOf(handler.Topic, handler.Group)));

    private static IEnumerable<Measurement<double>> AllAges(Func<IEnumerable<HandlerHealth>> describe) =>
        describe().Select(handler => new Measurement<double>(
            handler.OldestAge.TotalSeconds, TagsOf(handler.Topic, handler.Group)));

    private static TagList TagsOf(string topic, string group) => new()
    {
        { MetricTags.Topic, topic },
        { MetricTags.Group, group },
    };
}
