using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Xunit;

namespace StreamLog.Tests.Diagnostics;

/// <summary>Listens to the meters of one node and keeps what it is told.</summary>
/// <remarks>Thread-safe. Other nodes of other tests count at the same time, so it asks which meter it is.</remarks>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _measured = new();

    /// <summary>Listens to meters that are wanted.</summary>
    /// <param name="isWanted">Tells which.</param>
    public RecordedMetrics(Func<Meter, bool> isWanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == StreamLogTelemetry.MeterName && isWanted(instrument.Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(Keep);
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags, null));
        _listener.SetMeasurementEventCallback<double>(Keep);
        _listener.Start();
    }

    /// <summary>Gets what was measured by an instrument.</summary>
    /// <param name="instrument">Its name.</param>
    /// <param name="tags">Tags that a measurement must have.</param>
    /// <returns>The measurements, in order.</returns>
    public Measured[] Of(string instrument, params (string Name, object Value)[] tags) =>
        [.. _measured.Where(measured => measured.Instrument == instrument
            && tags.All(tag => tag.Value.Equals(measured.Tags.GetValueOrDefault(tag.Name))))];

    /// <summary>Asks what is observed, and forgets what was observed before.</summary>
    public void Observe()
    {
        _measured.Clear();
        _listener.RecordObservableInstruments();
    }

    /// <summary>Returns the one value of an instrument.</summary>
    /// <param name="instrument">Its name.</param>
    /// <param name="tags">Tags that the measurement must have.</param>
    /// <returns>The value.</returns>
    public double One(string instrument, params (string Name, object Value)[] tags) =>
        Assert.Single(Of(instrument, tags)).Value;

    /// <summary>Returns the sum of what an instrument counted.</summary>
    /// <param name="instrument">Its name.</param>
    /// <param name="tags">Tags that a measurement must have.</param>
    /// <returns>The sum.</returns>
    public double Sum(string instrument, params (string Name, object Value)[] tags) =>
        Of(instrument, tags).Sum(measured => measured.Value);

    public void Dispose() => _listener.Dispose();

    private void Keep<T>(
        Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : struct
    {
        Dictionary<string, object?> kept = new(StringComparer.Ordinal);
        foreach ((string name, object? tag) in tags)
            kept.Add(name, tag);
        _measured.Enqueue(new Measured(instrument.Name, Convert.ToDouble(value, null), kept));
    }

    /// <summary>One measurement.</summary>
    internal sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
}
