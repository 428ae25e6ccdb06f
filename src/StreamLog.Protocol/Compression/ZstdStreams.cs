using System.Collections.Concurrent;

namespace StreamLog.Protocol.Compression;

/// <summary>Keeps the native states of one kind for the next batch: making one costs more than a small batch
/// does.</summary>
/// <remarks>Any thread may rent and return. States above the limit are freed; the kept ones live as long as the
/// process.</remarks>
internal sealed class ZstdStreams
{
    // One a core that compresses at once; each is about a megabyte.
    private static readonly int MaxKept = Environment.ProcessorCount;

    private readonly ConcurrentStack<nint> _kept = new();
    private readonly Func<nint> _create;
    private readonly Action<nint> _free;

    public ZstdStreams(Func<nint> create, Action<nint> free)
    {
        _create = create;
        _free = free;
    }

    public nint Rent()
    {
        if (_kept.TryPop(out nint stream))
            return stream;

        stream = _create();
        return stream != 0 ? stream : throw new InsufficientMemoryException("libzstd could not allocate its state.");
    }

    public void Return(nint stream)
    {
        if (_kept.Count < MaxKept)
            _kept.Push(stream);
        else
            _free(stream);
    }
}
