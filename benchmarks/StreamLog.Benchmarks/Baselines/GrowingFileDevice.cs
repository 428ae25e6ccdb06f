using FASTER.core;
using Microsoft.Win32.SafeHandles;

namespace StreamLog.Benchmarks.Baselines;

/// <summary>Lets FasterLog write through the page cache: its own device on Linux opens files for synchronous
/// writing.</summary>
internal sealed unsafe class GrowingFileDevice(string path) : StorageDeviceBase(path, 512, Devices.CAPACITY_UNSPECIFIED)
{
    private const int ChunkBytes = 1 << 20;

    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);

    public override void WriteAsync(
        IntPtr sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite,
        DeviceIOCompletionCallback callback, object context)
    {
        for (uint done = 0; done < numBytesToWrite; done += ChunkBytes)
        {
            int length = (int)Math.Min(ChunkBytes, numBytesToWrite - done);
            RandomAccess.Write(
                _file, new ReadOnlySpan<byte>((byte*)sourceAddress + done, length), (long)destinationAddress + done);
        }

        callback(0, numBytesToWrite, context);
    }

    public override void ReadAsync(
        int segmentId, ulong sourceAddress, IntPtr destinationAddress, uint readLength,
        DeviceIOCompletionCallback callback, object context)
    {
        int read = RandomAccess.Read(
            _file, new Span<byte>((byte*)destinationAddress, (int)readLength), (long)sourceAddress);
        callback(0, (uint)read, context);
    }

    public override void RemoveSegment(int segment)
    {
    }

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) =>
        callback(result);

    public override void Dispose() => _file.Dispose();
}
