using System.Text;
using StreamLog.Clients;
using Xunit;

namespace StreamLog.Tests.Clients;

public sealed class Murmur2PartitionerTests
{
    // The vectors of Kafka's own UtilsTest.testMurmur2.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void A_hash_is_the_one_that_Kafka_computes(string key, int hash) =>
        Assert.Equal(hash, Murmur2Partitioner.Hash(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void A_partition_is_the_hash_without_its_sign_modulo_the_count()
    {
        byte[] key = Encoding.UTF8.GetBytes("21");

        Assert.Equal((-973932308 & int.MaxValue) % 6, Murmur2Partitioner.Instance.ChoosePartition("orders", key, 6));
    }
}
