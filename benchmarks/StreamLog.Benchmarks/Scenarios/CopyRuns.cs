using System.Diagnostics.Tracing;
using System.Net;
using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>How often managed code copies the bytes of a batch on their way from a socket to the log, and
/// back.</summary>
/// <remarks>
/// A copy needs memory to go to: an array of the pool, or a new one. Both are counted, the pool's by its own events,
/// for batches so large that no other shelf has arrays for them. One of them is what the system reads into, from the
/// socket or from the file; the bytes that go to any other are copied.
/// </remarks>
internal static class CopyRuns
{
    public const int BatchBytes = 3 << 20;
    private const int Batches = 32;

    /// <summary>Copies as many bytes, once.</summary>
    public static Task<Measurement> CopyAsync()
    {
        byte[] from = new byte[BatchBytes];
        byte[] to = new byte[BatchBytes];
        return Stopwatches.MeasureAsync(Batches, () =>
        {
            for (int i = 0; i < Batches; i++)
                from.CopyTo(to, 0);
            return Task.CompletedTask;
        });
    }

    /// <summary>Produces batches over a socket, to the page cache.</summary>
    public static Task<Measurement> ProduceAsync(string directory) => RunAsync(
        directory, (connection, buffer) => connection.Ask(RawConnection.Produce(BatchBytes), buffer),
        RawConnection.Produce(BatchBytes));

    /// <summary>Fetches the first batch over a socket, from the page cache, over and over.</summary>
    public static Task<Measurement> FetchAsync(string directory) => RunAsync(
        directory, Fill, RawConnection.Fetch(0));

    private static void Fill(RawConnection connection, byte[] buffer)
    {
        // Enough that the first is not kept for readers at the tail.
        byte[] produce = RawConnection.Produce(BatchBytes);
        for (int i = 0; i < Batches; i++)
            connection.Ask(produce, buffer);
        connection.Ask(RawConnection.Fetch(0), buffer);
    }

    private static async Task<Measurement> RunAsync(
        string directory, Action<RawConnection, byte[]> prepare, byte[] frame)
    {
        await using StreamLogNode node = await Nodes.StartListeningAsync(directory, Durability.PageCache);
        await node.Admin.CreateTopicAsync(
            Nodes.TopicName, 1, new Dictionary<string, string> { ["max.message.bytes"] = $"{2 * BatchBytes}" });
        using RawConnection connection = RawConnection.Open((IPEndPoint)node.Listeners[0].Bound!);
        byte[] buffer = new byte[1 << 16];
        prepare(connection, buffer);

        using PoolEvents events = new();
        Measurement measured = await Stopwatches.MeasureAsync(Batches, () =>
        {
            events.Begin();
            for (int i = 0; i < Batches; i++)
                connection.Ask(frame, buffer);
            events.End();
            return Task.CompletedTask;
        });
        double perBatch = events.LargeRents / (double)Batches;
        double allocated = Math.Max(0, measured.AllocatedBytes - events.AllocatedBytes) / Batches / BatchBytes;
        return measured with
        {
            Further = new Dictionary<string, double> { ["copies"] = perBatch - 1 + allocated },
        };
    }

    /// <summary>Hears what the shared pool hands out.</summary>
    private sealed class PoolEvents : EventListener
    {
        private const int BufferRented = 1;
        private const int BufferAllocated = 2;

        private bool _isOn;
        private long _rents;
        private long _allocated;

        public long LargeRents => Volatile.Read(ref _rents);

        public long AllocatedBytes => Volatile.Read(ref _allocated);

        public void Begin() => Volatile.Write(ref _isOn, true);

        public void End() => Volatile.Write(ref _isOn, false);

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
                EnableEvents(eventSource, EventLevel.Verbose);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (!Volatile.Read(ref _isOn) || eventData.Payload?[1] is not int length || length < BatchBytes)
                return;
            if (eventData.EventId == BufferRented)
                Interlocked.Increment(ref _rents);
            else if (eventData.EventId == BufferAllocated)
                Interlocked.Add(ref _allocated, length);
        }
    }
}
