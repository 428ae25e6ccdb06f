using System.Runtime.InteropServices;

namespace StreamLog.Protocol.Compression;

/// <summary>The functions of the system's libzstd. Loaded once and never unloaded; every thread may call.</summary>
/// <remarks>
/// Found by name at run time, not bound at build time, so that a machine without the library starts and only what needs
/// it fails. The functions are those of the stable API since version 1.4 (2019).
/// </remarks>
internal sealed unsafe class ZstdLibrary
{
    /// <summary>A frame needs more window than allowed: <c>ZSTD_error_frameParameter_windowTooLarge</c>.</summary>
    internal const int WindowTooLarge = 16;

    /// <summary>There was not enough room for the output: <c>ZSTD_error_dstSize_tooSmall</c>.</summary>
    internal const int OutputTooSmall = 70;

    internal const string MissingMessage =
        "There is no codec for compression type Zstd: the native library libzstd was not found. "
        + "Install it (apt install libzstd1, dnf install libzstd, brew install zstd; on Windows put libzstd.dll beside "
        + "the program), or register a codec of your own with CompressionCodecs.Register.";

    // ZSTD_d_windowLogMax, and 8 MiB: what every decoder is asked to take, and levels up to 19 need.
    private const int WindowLogMaxParameter = 100;
    private const int WindowLogMax = 23;

    private static readonly string[] Names =
    [
        "libzstd.so.1", "libzstd.1.dylib", "libzstd.dylib", "/opt/homebrew/lib/libzstd.dylib", "libzstd.dll",
            "zstd.dll",
        "zstd",
    ];

    private readonly delegate* unmanaged[Cdecl]<nuint, nuint> _compressBound;
    private readonly delegate* unmanaged[Cdecl]<nuint, uint> _isError;
    private readonly delegate* unmanaged[Cdecl]<nuint, byte*> _getErrorName;
    private readonly delegate* unmanaged[Cdecl]<nint> _createCompression;
    private readonly delegate* unmanaged[Cdecl]<nint, nuint> _freeCompression;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int, nuint> _compress;
    private readonly delegate* unmanaged[Cdecl]<nint> _createDecompression;
    private readonly delegate* unmanaged[Cdecl]<nint, nuint> _freeDecompression;
    private readonly delegate* unmanaged[Cdecl]<nint, int, nuint> _resetDecompression;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int, nuint> _setDecompression;
    private readonly delegate* unmanaged[Cdecl]<nint, ZstdBuffer*, ZstdBuffer*, nuint> _decompressStream;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, nuint> _decompress;
    private readonly delegate* unmanaged[Cdecl]<nuint, int> _errorCode;

    private ZstdLibrary(nint library)
    {
        _compressBound = (delegate* unmanaged[Cdecl]<nuint, nuint>)Export(library, "ZSTD_compressBound");
        _isError = (delegate* unmanaged[Cdecl]<nuint, uint>)Export(library, "ZSTD_isError");
        _getErrorName = (delegate* unmanaged[Cdecl]<nuint, byte*>)Export(library, "ZSTD_getErrorName");
        _createCompression = (delegate* unmanaged[Cdecl]<nint>)Export(library, "ZSTD_createCCtx");
        _freeCompression = (delegate* unmanaged[Cdecl]<nint, nuint>)Export(library, "ZSTD_freeCCtx");
        _compress = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int, nuint>)
            Export(library, "ZSTD_compressCCtx");
        _createDecompression = (delegate* unmanaged[Cdecl]<nint>)Export(library, "ZSTD_createDCtx");
        _freeDecompression = (delegate* unmanaged[Cdecl]<nint, nuint>)Export(library, "ZSTD_freeDCtx");
        _resetDecompression = (delegate* unmanaged[Cdecl]<nint, int, nuint>)Export(library, "ZSTD_DCtx_reset");
        _decompressStream = (delegate* unmanaged[Cdecl]<nint, ZstdBuffer*, ZstdBuffer*, nuint>)
            Export(library, "ZSTD_decompressStream");
        _setDecompression = (delegate* unmanaged[Cdecl]<nint, int, int, nuint>)
            Export(library, "ZSTD_DCtx_setParameter");
        _decompress = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, nuint>)
            Export(library, "ZSTD_decompressDCtx");
        _errorCode = (delegate* unmanaged[Cdecl]<nuint, int>)Export(library, "ZSTD_getErrorCode");
    }

    /// <summary>Gets the library of this process; <see langword="null"/> where there is none.</summary>
    public static Lazy<ZstdLibrary?> Shared { get; } = new(() => Find(Names));

    /// <summary>Looks for the library under names.</summary>
    /// <param name="names">The names, as the system's loader takes them.</param>
    /// <returns>The library; <see langword="null"/> where none loads, or none has all functions.</returns>
    public static ZstdLibrary? Find(ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, typeof(ZstdLibrary).Assembly, searchPath: null, out nint library))
                continue;
            try
            {
                return new ZstdLibrary(library);
            }
            catch (EntryPointNotFoundException)
            {
                NativeLibrary.Free(library); // Too old. The next name may be a newer one.
            }
        }

        return null;
    }

    public nuint CompressBound(int length) => _compressBound((nuint)length);

    public bool IsError(nuint result) => _isError(result) != 0;

    public string ErrorName(nuint result) => Marshal.PtrToStringUTF8((nint)_getErrorName(result)) ?? "unknown error";

    public nint CreateCompression() => _createCompression();

    public void FreeCompression(nint stream) => _freeCompression(stream);

    public nuint Compress(nint stream, byte* output, int outputLength, byte* input, int inputLength, int level) =>
        _compress(stream, output, (nuint)outputLength, input, (nuint)inputLength, level);

    public int ErrorCode(nuint result) => _errorCode(result);

    /// <summary>Creates a stream that refuses windows above a limit: it keeps that many bytes of each frame.</summary>
    public nint CreateDecompression()
    {
        nint stream = _createDecompression();
        if (stream != 0)
            _setDecompression(stream, WindowLogMaxParameter, WindowLogMax);
        return stream;
    }

    public nuint Decompress(nint stream, byte* output, int outputLength, byte* input, int inputLength) =>
        _decompress(stream, output, (nuint)outputLength, input, (nuint)inputLength);

    public void FreeDecompression(nint stream) => _freeDecompression(stream);

    public void ResetDecompression(nint stream) => _resetDecompression(stream, 1); // The session only.

    public nuint DecompressStream(nint stream, ZstdBuffer* output, ZstdBuffer* input) =>
        _decompressStream(stream, output, input);

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}
