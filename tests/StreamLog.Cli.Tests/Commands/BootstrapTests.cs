using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamLog.Cli.Tests.Fixtures;
using StreamLog.Kafka;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

/// <summary>Commands that speak to a broker, and not to a directory.</summary>
public sealed class BootstrapTests : IAsyncLifetime
{
    private StreamLogNode _node = null!;

    private string Address { get; set; } = "";

    public async ValueTask InitializeAsync()
    {
        StreamLogOptions options = new() { InMemory = true };
        options.AddKafkaListener("127.0.0.1:0");
        _node = await StreamLogNode.StartAsync(options);
        Address = _node.Listeners[0].Address;
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Topics_and_settings_are_those_of_the_broker()
    {
        Assert.Equal("Created topic 'orders'.\n", (await RunAsync("topics create orders -p 2")).Ok().Output);
        (await RunAsync("configs set orders retention.ms=5000")).Ok();

        Assert.Equal(2, _node.Topics.Single(topic => topic.Name == "orders").Partitions.Count);
        Assert.Equal("5000", (await _node.Admin.DescribeConfigsAsync("orders"))["retention.ms"].Value);
        Assert.Contains("5000", (await RunAsync("configs get orders retention.ms")).Ok().Output);
        Assert.StartsWith("orders  (", (await RunAsync("topics describe orders")).Ok().Output);
        (await RunAsync("topics alter orders -p 3")).Ok();
        Assert.Equal("TOPIC   PARTITIONS  OFFSETS  SIZE  STATE", (await RunAsync("topics list --long")).Ok().Lines[0]);
        (await RunAsync("topics delete orders")).Ok();
        Assert.Equal("", (await RunAsync("topics list")).Ok().Output);
    }

    [Fact]
    public async Task Records_go_in_and_out_and_groups_are_shown()
    {
        CliRun produced = (await CliRun.WithInputAsync(
            "a\nb\n", ["produce", "orders", "--create-topic", "--acks", "1", "--bootstrap", Address])).Ok();
        Assert.Equal("Appended 2 records to 'orders'.\n", produced.Output);

        Assert.Equal("a\nb\n", (await RunAsync("consume orders --group billing")).Ok().Output);
        CliRun groups = (await RunAsync("groups list")).Ok();
        Assert.Equal(["billing"], groups.Lines.Skip(1).Select(line => line.Split(' ')[0]));
        Assert.Contains("orders", (await RunAsync("groups describe billing")).Ok().Output);
        (await RunAsync("groups reset billing --to beginning --execute")).Ok();
        Assert.Equal("a\nb\n", (await RunAsync("consume orders --group billing")).Ok().Output);
        (await RunAsync("groups delete billing")).Ok();
    }

    [Fact]
    public async Task It_is_measured_too()
    {
        (await RunAsync("bench produce bench -n 100")).Ok();
        Assert.Contains("100", (await RunAsync("bench consume bench")).Ok().Output);
    }

    [Theory]
    [InlineData("topics list", "Where is the log? Give --data DIR, or --bootstrap HOST:PORT.")]
    [InlineData("topics list --data . --bootstrap a:1", "--data and --bootstrap name two logs. Give one of them.")]
    [InlineData("topics list --data . --tls", "--tls is for a connection: it goes with --bootstrap")]
    [InlineData("topics list --data . --tls-ca a.pem", "--tls-ca is for a connection: it goes with --bootstrap")]
    [InlineData("topics list --data . --user ann", "--user is for a connection: it goes with --bootstrap")]
    public async Task Exactly_one_log_is_named(string command, string message)
    {
        CliRun refused = await CliRun.OfAsync(command.Split(' '));

        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains(message, refused.Errors, StringComparison.Ordinal);
        Assert.Equal("", refused.Output);
    }

    [Fact]
    public async Task An_authority_of_ones_own_and_a_certificate_are_read_from_files()
    {
        using TempDirectory files = new();
        string pem = Path.Combine(files.Path, "broker.pem");
        WriteCertificate(pem);
        StreamLogOptions options = new() { InMemory = true };
        options.AddKafkaListener("127.0.0.1:0", listener =>
        {
            listener.AdvertisedAddress = "localhost";
            listener.Tls = new()
            {
                CertificateFile = pem,
                ClientCertificates = ClientCertificateMode.Required,
                ClientAuthoritiesFile = pem,
            };
        });
        await using StreamLogNode node = await StreamLogNode.StartAsync(options);
        string[] command = ["topics", "list", "--bootstrap", $"localhost:{node.Listeners[0].Port}"];

        CliRun trusted = await CliRun.OfAsync([.. command, "--tls-ca", pem, "--tls-cert", pem, "--tls-key", pem]);
        CliRun misspelt = await CliRun.OfAsync([.. command, "--tls-ca", "none.pem"]);

        trusted.Ok();
        Assert.NotEqual(ExitCodes.Success, misspelt.ExitCode);
        Assert.Contains(
            "CertificateAuthorityFile is 'none.pem', which cannot be read", misspelt.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_to_log_in_does()
    {
        StreamLogOptions options = new() { InMemory = true };
        options.Security.Users["ann"] = "secret";
        options.AddKafkaListener("127.0.0.1:0", listener => listener.SaslMechanisms.Add("SCRAM-SHA-512"));
        await using StreamLogNode node = await StreamLogNode.StartAsync(options);
        string[] command = ["topics", "list", "--bootstrap", node.Listeners[0].Address, "--user", "ann", "--password"];

        (await CliRun.OfAsync([.. command, "secret"])).Ok();
        CliRun refused = await CliRun.OfAsync([.. command, "wrong"]);

        Assert.Equal(ExitCodes.Failed, refused.ExitCode);
        Assert.Contains("ann", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:99999", "is no address")]
    [InlineData("http://broker.example:1", "looks like a URL")]
    public async Task An_address_that_is_none_is_a_wrong_command_line(string address, string told)
    {
        CliRun run = await CliRun.OfAsync("topics", "list", "--bootstrap", address);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(told, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_named()
    {
        await _node.DisposeAsync();

        CliRun failed = await RunAsync("topics list");

        Assert.Equal(ExitCodes.Failed, failed.ExitCode);
        Assert.Contains(Address, failed.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("refused Nothing", failed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_not_created_by_naming_it()
    {
        CliRun failed = await CliRun.WithInputAsync("a\n", ["produce", "misspelt", "--bootstrap", Address]);

        Assert.Equal(ExitCodes.Failed, failed.ExitCode);
        Assert.Contains("misspelt", failed.Errors, StringComparison.Ordinal);
        Assert.Empty(_node.Topics);
    }

    // One that is its own authority, with its key.
    private static void WriteCertificate(string path)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(path, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    private Task<CliRun> RunAsync(string command) =>
        CliRun.OfAsync([.. command.Split(' '), "--bootstrap", Address]);
}
