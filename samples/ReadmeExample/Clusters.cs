using System.Net.Security;
using Microsoft.Extensions.Hosting;
using StreamLog;
using StreamLog.Kafka;

namespace ReadmeExample;

/// <summary>What docs/cluster.md shows.</summary>
internal static class Clusters
{
    public static void Move(HostApplicationBuilder builder)
    {
        builder.Services.AddStreamLog()
            .ConnectToKafka("broker-1.example:9092,broker-2.example:9092")
            .AddTopic<string, OrderPlaced>("orders", topic =>
            {
                topic.Partitions = 6;
                topic.Key(order => order.CustomerId).Json(AppJson.Default);
            });
    }

    public static void MoveByConfiguration(HostApplicationBuilder builder) =>
        builder.Services.AddStreamLog().ConnectToKafka();

    public static void MoveSafely(HostApplicationBuilder builder, string password)
    {
        builder.Services.AddStreamLog().ConnectToKafka(cluster =>
        {
            cluster.BootstrapServers = "broker.example:9093";
            cluster.Tls = new SslClientAuthenticationOptions();
            cluster.SaslMechanism = "SCRAM-SHA-512";
            cluster.UserName = "orders";
            cluster.Password = password;
        });
    }

    public static async Task WithoutHostAsync()
    {
        await using KafkaCluster cluster = new(new KafkaClusterOptions { BootstrapServers = "localhost:9092" });
        await using StreamLogClient log = await StreamLogClient.StartAsync(cluster);

        await log.Topic<string, string>("orders").AppendAsync("customer-7", "3 apples");
    }
}
