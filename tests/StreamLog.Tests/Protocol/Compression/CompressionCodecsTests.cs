using StreamLog.Protocol.Compression;
using Xunit;

namespace StreamLog.Tests.Protocol.Compression;

public sealed class CompressionCodecsTests
{
    [Fact]
    public void The_codecs_in_the_box_are_there()
    {
        CompressionType[] types = [CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4];
        foreach (CompressionType type in types)
        {
            Assert.True(CompressionCodecs.IsAvailable(type));
            Assert.Equal(type, CompressionCodecs.Get(type).Type);
        }

        Assert.True(CompressionCodecs.IsAvailable(CompressionType.None));
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData((CompressionType)5)]
    [InlineData((CompressionType)(-1))]
    public void A_type_without_a_codec_is_named(CompressionType type)
    {
        StreamLogException exception = Assert.Throws<StreamLogException>(() => CompressionCodecs.Get(type));
        Assert.Equal(ErrorCode.UnsupportedCompressionType, exception.ErrorCode);
        Assert.Contains(type.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_codec_can_be_registered_in_place()
    {
        ICompressionCodec original = CompressionCodecs.Get(CompressionType.Gzip);
        GzipCodec other = new();
        try
        {
            CompressionCodecs.Register(other);
            Assert.Same(other, CompressionCodecs.Get(CompressionType.Gzip));
        }
        finally
        {
            CompressionCodecs.Register(original);
        }

        Assert.Throws<ArgumentNullException>(() => CompressionCodecs.Register(null!));
    }

    [Fact]
    public void A_missing_native_library_is_no_crash_and_says_the_remedy()
    {
        Assert.Null(ZstdLibrary.Find(["libno-such-library-anywhere.so.9"]));
        Assert.Contains("libzstd", ZstdLibrary.MissingMessage, StringComparison.Ordinal);
        Assert.Contains("Install", ZstdLibrary.MissingMessage, StringComparison.Ordinal);
        Assert.Contains("CompressionCodecs.Register", ZstdLibrary.MissingMessage, StringComparison.Ordinal);
    }

    // A library of that name that has not the functions is passed over as if it were not there.
    [Fact]
    public void A_native_library_without_the_functions_is_passed_over()
    {
        string[] others = OperatingSystem.IsWindows() ? ["kernel32.dll"] : ["libc.so.6", "libSystem.dylib"];
        Assert.Null(ZstdLibrary.Find(others));
    }
}
