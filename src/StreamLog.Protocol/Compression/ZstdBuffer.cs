using System.Runtime.InteropServices;

namespace StreamLog.Protocol.Compression;

/// <summary>A run of bytes as libzstd's streaming calls take it, for input and for output alike.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ZstdBuffer
{
    public byte* Start;
    public nuint Length;

    /// <summary>How much of it is done. The library moves it on.</summary>
    public nuint Position;
}
