using System.Diagnostics.Tracing;

namespace StreamLog.Kafka.Tests;

/// <summary>Counts the bytes of arrays that the whole process takes from the shared pool.</summary>
internal sealed class PoolEvents : EventListener
{
    private const int BufferRented = 1;
    private const int BufferAllocated = 2;

    private long _rented;
    private long _allocated;

    /// <summary>Gets how many bytes were handed out, new or used before.</summary>
    public long RentedBytes => Volatile.Read(ref _rented);

    /// <summary>Gets how many of them were new.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocated);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.Payload?[1] is not int length)
            return;
        if (eventData.EventId == BufferRented)
            Interlocked.Add(ref _rented, length);
        else if (eventData.EventId == BufferAllocated)
            Interlocked.Add(ref _allocated, length);
    }
}
