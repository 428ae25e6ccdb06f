using System.Runtime.InteropServices;

namespace StreamLog.Benchmarks.Load;

/// <summary>Has the system hold free memory before a measurement that fills the page cache.</summary>
/// <remarks>
/// A virtual machine may have given its free pages back to its host. Writing a new file would then measure how fast the
/// host gives them out again, which is slower than everything that is compared here and differs from second to second.
/// Every scenario is treated alike.
/// </remarks>
internal static unsafe class FreeMemory
{
    private const int PageBytes = 4096;
    private const int ChunkBytes = 1 << 26;

    // More than a scenario writes.
    private const int Chunks = 12;

    public static void Warm()
    {
        nint* chunks = stackalloc nint[Chunks];
        for (int i = 0; i < Chunks; i++)
        {
            byte* chunk = (byte*)NativeMemory.Alloc(ChunkBytes);
            chunks[i] = (nint)chunk;
            for (int at = 0; at < ChunkBytes; at += PageBytes)
                chunk[at] = 1;
        }

        for (int i = 0; i < Chunks; i++)
            NativeMemory.Free((void*)chunks[i]);
    }
}
