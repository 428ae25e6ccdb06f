using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Protocol;

public sealed class BatchMemoryTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(32 * 1024, 32 * 1024)]
    [InlineData((32 * 1024) + 1, 64 * 1024)]
    [InlineData(2 * 1024 * 1024, 2 * 1024 * 1024)]
    [InlineData((2 * 1024 * 1024) + 1, (2 * 1024 * 1024) + 1)]
    public void An_array_is_as_long_as_was_asked_for_or_up_to_eight_times(int length, int expected)
    {
        for (int i = 0; i < 3; i++)
        {
            byte[] array = BatchMemory.Rent(length);
            Assert.InRange(array.Length, expected, 8 * Math.Max(16, expected));
            BatchMemory.Return(array);
        }
    }

    [Fact]
    public void What_is_kept_is_bounded()
    {
        byte[][] arrays = [.. Enumerable.Range(0, 100).Select(_ => BatchMemory.Rent(1 << 20))];
        foreach (byte[] array in arrays)
            BatchMemory.Return(array);

        Assert.InRange(BatchMemory.KeptBytes, 0, 64 << 20);
    }

    [Fact]
    public void Two_who_take_never_get_the_same_array()
    {
        for (int round = 0; round < 3; round++)
        {
            byte[][] arrays = [.. Enumerable.Range(0, 40).Select(_ => BatchMemory.Rent(256 << 10))];
            Assert.Equal(arrays.Length, arrays.Distinct(ReferenceEqualityComparer.Instance).Count());
            foreach (byte[] array in arrays)
                BatchMemory.Return(array);
        }
    }
}
