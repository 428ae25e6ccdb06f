using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class ApiVersionsTests
{
    [Fact]
    public async Task What_is_spoken_is_advertised_and_produce_from_version_0_on()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        ApiVersionsResponse response = await broker.SendAsync(new ApiVersionsRequest());

        Assert.Equal(
            broker.Broker.SupportedApis.Select(api => api.ApiKey == ApiKey.Produce ? api with { MinVersion = 0 } : api),
            response.ApiKeys.Select(api => new ApiVersionRange(api.ApiKey, api.MinVersion, api.MaxVersion)));
    }

    // Goal: old clients by librdkafka find all that they look for before they use a feature.
    // Method: its table of features and of the versions that they depend on (rdkafka_feature.c of 2.0.2), but for those
    // that only stand in for records of version 2. A feature is there where the ranges overlap.
    [Theory]
    [InlineData("MsgVer2", ApiKey.Produce, 3, 3)]
    [InlineData("MsgVer2", ApiKey.Fetch, 4, 4)]
    [InlineData("ApiVersion", ApiKey.ApiVersions, 0, 0)]
    [InlineData("BrokerGroupCoordinator, LZ4", ApiKey.FindCoordinator, 0, 0)]
    [InlineData("BrokerBalancedConsumer", ApiKey.OffsetCommit, 1, 2)]
    [InlineData("BrokerBalancedConsumer", ApiKey.OffsetFetch, 1, 1)]
    [InlineData("BrokerBalancedConsumer, Sasl", ApiKey.JoinGroup, 0, 0)]
    [InlineData("BrokerBalancedConsumer", ApiKey.SyncGroup, 0, 0)]
    [InlineData("BrokerBalancedConsumer", ApiKey.Heartbeat, 0, 0)]
    [InlineData("BrokerBalancedConsumer", ApiKey.LeaveGroup, 0, 0)]
    [InlineData("SaslHandshake", ApiKey.SaslHandshake, 0, 0)]
    [InlineData("SaslAuthReq", ApiKey.SaslHandshake, 1, 1)]
    [InlineData("SaslAuthReq", ApiKey.SaslAuthenticate, 0, 0)]
    [InlineData("OffsetTime", ApiKey.ListOffsets, 1, 1)]
    [InlineData("IdempotentProducer", ApiKey.InitProducerId, 0, 0)]
    [InlineData("ZSTD", ApiKey.Produce, 7, 7)]
    [InlineData("ZSTD", ApiKey.Fetch, 10, 10)]
    [InlineData("gzip and snappy", ApiKey.Produce, 0, 0)]
    public async Task Features_of_librdkafka_are_there(string feature, ApiKey apiKey, short min, short max)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        ApiVersionsResponse response = await broker.SendAsync(new ApiVersionsRequest { Version = 0 });

        ApiVersionsResponse.ApiVersion api = response.ApiKeys.Single(api => api.ApiKey == apiKey);
        Assert.True(api.MinVersion <= max && api.MaxVersion >= min, feature);
    }

    [Theory]
    [InlineData("librdkafka", "2.0.2", ErrorCode.None)]
    [InlineData("a", "1", ErrorCode.None)]
    [InlineData("apache-kafka-java", "4.2.0-SNAPSHOT", ErrorCode.None)]
    [InlineData("", "1", ErrorCode.InvalidRequest)]
    [InlineData("a", "", ErrorCode.InvalidRequest)]
    [InlineData("-a", "1", ErrorCode.InvalidRequest)]
    [InlineData("a.", "1", ErrorCode.InvalidRequest)]
    [InlineData("a b", "1", ErrorCode.InvalidRequest)]
    [InlineData("a", "1_0", ErrorCode.InvalidRequest)]
    [InlineData("größe", "1", ErrorCode.InvalidRequest)]
    public async Task The_software_of_a_remote_client_has_letters_digits_hyphens_and_dots(
        string name, string version, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        ApiVersionsResponse response = await broker.SendRemoteAsync(
            new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = version });
        ApiVersionsResponse older = await broker.SendRemoteAsync(
            new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = version, Version = 2 });

        Assert.Equal(expected, response.ErrorCode);
        Assert.Equal(expected == ErrorCode.None, response.ApiKeys.Count > 0);
        Assert.Equal(ErrorCode.None, older.ErrorCode);
    }

    [Fact]
    public async Task The_session_remembers_the_software_of_its_client()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        RequestContext context = new() { Session = new RequestSession() };

        await broker.Broker.SendAsync(
            new ApiVersionsRequest { ClientSoftwareName = "librdkafka", ClientSoftwareVersion = "2.0.2" },
            context,
            CancellationToken.None);
        await broker.Broker.SendAsync(
            new ApiVersionsRequest { ClientSoftwareName = "bad name", ClientSoftwareVersion = "1" },
            context,
            CancellationToken.None);

        Assert.Equal(
            ("librdkafka", "2.0.2"), (context.Session.ClientSoftwareName, context.Session.ClientSoftwareVersion));
    }

    [Fact]
    public async Task Features_have_their_newest_levels_and_optional_ones_are_kept_from_older_readers()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        ApiVersionsResponse newest = await broker.SendAsync(new ApiVersionsRequest());
        ApiVersionsResponse older = await broker.SendAsync(new ApiVersionsRequest { Version = 3 });

        Assert.Equal(
            [
                ("group.version", 0, 1), ("metadata.version", 21, 21), ("share.version", 0, 1),
                ("transaction.version", 0, 2),
            ],
            newest.SupportedFeatures.Select(
                feature => (feature.Name, (int)feature.MinVersion, (int)feature.MaxVersion)));
        Assert.Equal(["metadata.version"], older.SupportedFeatures.Select(feature => feature.Name));
        Assert.All([newest, older], response => Assert.Equal(
            [("group.version", 1), ("metadata.version", 21), ("share.version", 1), ("transaction.version", 2)],
            response.FinalizedFeatures.Select(feature => (feature.Name, (int)feature.MaxVersionLevel))));
        Assert.True(newest.FinalizedFeaturesEpoch >= 0);
    }
}
