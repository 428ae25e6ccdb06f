using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamLog.Kafka.Listening;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>Listeners that stand in configuration.</summary>
public sealed class ListenerConfigurationTests
{
    private const string Path = "StreamLog:Listeners:Kafka";

    [Fact]
    public void Every_setting_is_read()
    {
        KafkaListenerOptions options = Read(
            ("Address", "*:19092"), ("AdvertisedAddress", "broker.example"), ("Name", "OUTSIDE"),
            ("SaslMechanisms:0", "PLAIN"), ("SaslMechanisms:1", "SCRAM-SHA-256"),
            ("AuthenticationLifetime", "01:00:00"), ("MaxConnections", "7"), ("MaxConnectionsPerIp", "6"),
            ("MaxRequestBytes", "4096"), ("MaxQueuedBytes", "8589934592"), ("MaxInFlightRequests", "5"),
            ("IdleTimeout", "00:00:04"), ("StallTimeout", "00:00:03"), ("DrainTimeout", "00:00:02"),
            ("Tls:CertificateFile", "c.pem"), ("Tls:KeyFile", "k.pem"), ("Tls:Password", "secret"),
            ("Tls:ClientCertificates", "required"), ("Tls:ClientAuthoritiesFile", "ca.pem"),
            ("Tls:ReloadInterval", "00:05:00"));

        Assert.Equal(("*:19092", "broker.example", "OUTSIDE"),
            (options.Address, options.AdvertisedAddress, options.Name));
        Assert.Equal(["PLAIN", "SCRAM-SHA-256"], options.SaslMechanisms);
        Assert.Equal(TimeSpan.FromHours(1), options.AuthenticationLifetime);
        Assert.Equal((7, 6, 4096, 8_589_934_592, 5), (options.MaxConnections, options.MaxConnectionsPerIp,
            options.MaxRequestBytes, options.MaxQueuedBytes, options.MaxInFlightRequests));
        Assert.Equal((4.0, 3.0, 2.0), (options.IdleTimeout.TotalSeconds, options.StallTimeout.TotalSeconds,
            options.DrainTimeout.TotalSeconds));
        KafkaListenerTls tls = Assert.IsType<KafkaListenerTls>(options.Tls);
        Assert.Equal(("c.pem", "k.pem", "secret", "ca.pem"),
            (tls.CertificateFile, tls.KeyFile, tls.Password, tls.ClientAuthoritiesFile));
        Assert.Equal((ClientCertificateMode.Required, TimeSpan.FromMinutes(5)),
            (tls.ClientCertificates, tls.ReloadInterval));
    }

    /// <summary>So that a new option is not forgotten.</summary>
    [Fact]
    public void There_is_a_setting_for_every_option_that_is_not_code()
    {
        string[] options = typeof(KafkaListenerOptions).GetProperties()
            .Where(property => property.PropertyType != typeof(IWireSeam))
            .Select(property => property.Name).Order().ToArray();
        string[] tls = typeof(KafkaListenerTls).GetProperties()
            .Where(property => property.PropertyType != typeof(X509Certificate2))
            .Select(property => property.Name).Order().ToArray();

        Assert.Equal(options, SettingsIn(Refused(("Nothing", "1"))));
        Assert.Equal(tls, SettingsIn(Refused(("Tls:Nothing", "1"))));

        static string[] SettingsIn(string message) =>
            [.. message.Split("There are ")[1].TrimEnd('.').Split(", ").Order()];
    }

    [Fact]
    public void What_is_empty_leaves_the_default()
    {
        KafkaListenerOptions options = Read(
            ("Address", "127.0.0.1:0"), ("AdvertisedAddress", ""), ("MaxConnections", ""), ("IdleTimeout", ""),
            ("SaslMechanisms", ""));

        Assert.Null(options.AdvertisedAddress);
        Assert.Equal((10_000, TimeSpan.FromMinutes(10)), (options.MaxConnections, options.IdleTimeout));
        Assert.Empty(options.SaslMechanisms);
        Assert.Null(options.Tls);
    }

    [Fact]
    public void Mechanisms_may_stand_in_one_value() => Assert.Equal(
        ["PLAIN", "SCRAM-SHA-512"], Read(("SaslMechanisms", "PLAIN, SCRAM-SHA-512")).SaslMechanisms);

    [Theory]
    [InlineData("MaxConnections", "many", $"{Path}:MaxConnections is 'many', which is not a whole number")]
    [InlineData("MaxQueuedBytes", "1g", $"{Path}:MaxQueuedBytes is '1g', which is not a whole number")]
    [InlineData("IdleTimeout", "soon", $"{Path}:IdleTimeout is 'soon', which is not a time")]
    [InlineData("Tls:ClientCertificates", "7", "which is not one of None, Requested, Required")]
    [InlineData("SaslMechanism", "PLAIN", $"{Path}:SaslMechanism is no setting of a Kafka listener. There are Address")]
    [InlineData("Tls:Certificate", "c.pem", $"{Path}:Tls:Certificate is no setting")]
    [InlineData("Tls:KeyFile", "k.pem", $"{Path}:Tls names no certificate")]
    [InlineData("Tls", null, $"{Path}:Tls names no certificate")]
    public void What_is_wrong_is_named(string setting, string? value, string message) =>
        Assert.Contains(message, Refused((setting, value)), StringComparison.Ordinal);

    [Fact]
    public void A_section_that_is_not_there_is_named()
    {
        StreamLogException refused = Assert.Throws<StreamLogException>(
            () => ListenerConfiguration.Read(new ConfigurationBuilder().Build().GetSection(Path)));

        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        Assert.Contains($"no section {Path}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_listens_as_its_configuration_says()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["StreamLog:InMemory"] = "true",
            [$"{Path}:Address"] = "127.0.0.1:0",
            [$"{Path}:AdvertisedAddress"] = "broker.example:9",
        });
        builder.Services.AddStreamLog()
            .AddKafkaListener(builder.Configuration.GetSection(Path), listener => listener.Name = "INSIDE");
        using IHost host = builder.Build();
        await host.StartAsync();

        ListenerEndpoint endpoint = Assert.Single(host.Services.GetRequiredService<IStreamLog>().Listeners);
        await host.StopAsync();

        Assert.Equal(("INSIDE", "broker.example:9"), (endpoint.ListenerName, endpoint.Address));
    }

    [Fact]
    public async Task A_host_whose_listener_is_misspelt_does_not_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?> { ["StreamLog:InMemory"] = "true", [$"{Path}:Adress"] = "127.0.0.1:0" });
        builder.Services.AddStreamLog().AddKafkaListener(builder.Configuration.GetSection(Path));
        using IHost host = builder.Build();

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(() => host.StartAsync());

        Assert.Contains($"{Path}:Adress", refused.Message, StringComparison.Ordinal);
    }

    private static string Refused(params (string Key, string? Value)[] settings)
    {
        StreamLogException refused = Assert.Throws<StreamLogException>(() => Read(settings));
        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        return refused.Message;
    }

    private static KafkaListenerOptions Read(params (string Key, string? Value)[] settings) =>
        ListenerConfiguration.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Append(("Address", "127.0.0.1:0")).DistinctBy(setting => setting.Item1)
                .Select(setting => new KeyValuePair<string, string?>($"{Path}:{setting.Item1}", setting.Item2)))
            .Build()
            .GetSection(Path));
}
