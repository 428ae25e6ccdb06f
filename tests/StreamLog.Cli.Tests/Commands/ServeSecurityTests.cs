using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using StreamLog.Cli.Tests.Fixtures;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

/// <summary>What <c>serve</c> does about those who come in.</summary>
public sealed class ServeSecurityTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_encrypts_with_the_certificate_of_a_file(bool isPem)
    {
        X509Certificate2 certificate = WriteCertificate();
        string[] tls = isPem
            ? ["--tls-cert", _directory["cert.pem"], "--tls-key", _directory["key.pem"]]
            : ["--tls-cert", _directory["cert.pfx"], "--tls-password", "secret"];

        await WhileServingAsync(tls, async (listener, port) =>
        {
            Assert.Equal("SSL", listener);
            using TcpClient client = new();
            await client.ConnectAsync("127.0.0.1", port);
            using SslStream encrypted = new(
                client.GetStream(), leaveInnerStreamOpen: false,
                (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString());
            await encrypted.AuthenticateAsClientAsync("localhost");
        });
    }

    [Theory]
    [InlineData(true, "secret", true)]
    [InlineData(true, "wrong", false)]
    [InlineData(false, "se:cret", true)]
    public async Task It_lets_its_users_in(bool isOnCommandLine, string password, bool isLetIn)
    {
        File.WriteAllText(_directory["users"], "bob:other\r\n\nalice:se:cret\n");
        string[] users = isOnCommandLine
            ? ["--user", "bob:other", "--user", "alice:secret"]
            : ["--user-file", _directory["users"]];

        await WhileServingAsync(["--sasl", "PLAIN", "--sasl", "SCRAM-SHA-256", .. users], async (listener, port) =>
        {
            Assert.Equal("SASL_PLAINTEXT", listener);
            using TcpClient client = new();
            await client.ConnectAsync("127.0.0.1", port);
            SaslHandshakeResponse offered = await AskAsync(
                client.GetStream(), new SaslHandshakeRequest { Mechanism = "PLAIN" }, version: 1);
            Assert.Equal(["PLAIN", "SCRAM-SHA-256"], offered.Mechanisms);

            SaslAuthenticateResponse answer = await AskAsync(
                client.GetStream(),
                new SaslAuthenticateRequest { AuthBytes = System.Text.Encoding.UTF8.GetBytes($"\0alice\0{password}") },
                version: 1);
            Assert.Equal(isLetIn ? ErrorCode.None : ErrorCode.SaslAuthenticationFailed, answer.ErrorCode);
        });
    }

    // Goal: --acls leaves nothing to whom no rule names, and a super-user everything.
    [Fact]
    public async Task Rules_of_access_hold_for_all_but_super_users()
    {
        string[] security =
        [
            "--sasl", "PLAIN", "--user", "alice:secret", "--user", "bob:other", "--acls", "--super-user", "alice",
        ];
        await WhileServingAsync(security, async (_, port) =>
        {
            string[] create = ["topics", "create", "orders", "--bootstrap", $"127.0.0.1:{port}", "--sasl-mechanism"];

            CliRun refused = await CliRun.OfAsync([.. create, "PLAIN", "--user", "bob", "--password", "other"]);
            Assert.Equal(ExitCodes.Failed, refused.ExitCode);
            (await CliRun.OfAsync([.. create, "PLAIN", "--user", "alice", "--password", "secret"])).Ok();
        });
    }

    [Fact]
    public async Task It_has_clients_show_a_certificate()
    {
        WriteCertificate();
        string cert = _directory["cert.pem"];
        string[] security =
            ["--tls-cert", cert, "--tls-key", _directory["key.pem"], "--tls-client-authorities", cert];
        await WhileServingAsync(security, async (_, port) =>
        {
            string[] list = ["topics", "list", "--bootstrap", $"localhost:{port}", "--tls-ca", cert];

            Assert.Equal(ExitCodes.Failed, (await CliRun.OfAsync(list)).ExitCode);
            (await CliRun.OfAsync([.. list, "--tls-cert", cert, "--tls-key", _directory["key.pem"]])).Ok();
        });
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_is_one_line()
    {
        CliRun run = await CliRun.OfAsync("serve", "--memory", "--tls-cert", _directory["none.pem"]);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.StartsWith("streamlog: The certificate of the listener cannot be read", run.Errors);
        Assert.Contains("none.pem", run.Errors);
    }

    [Theory]
    [InlineData("--tls-cert", "--tls-key", "key.pem")]
    [InlineData("--tls-cert", "--tls-password", "secret")]
    [InlineData("--tls-cert", "--tls-client-authorities", "ca.pem")]
    [InlineData("--acls", "--super-user", "alice")]
    [InlineData("--sasl", "--user", "alice:secret")]
    [InlineData("--user", "--sasl", "PLAIN")]
    [InlineData("--user", "--sasl", "SCRAM-SHA-256")]
    [InlineData("NAME:PASSWORD", "--sasl", "PLAIN", "--user", "alice")]
    [InlineData("NAME:PASSWORD", "--sasl", "PLAIN", "--user", "alice:")]
    [InlineData("each name once", "--sasl", "PLAIN", "--user", "alice:a", "--user", "alice:b")]
    [InlineData("SCRAM-SHA-512", "--sasl", "GSSAPI")]
    public async Task What_makes_no_sense_is_told(string told, params string[] arguments)
    {
        CliRun run = await CliRun.OfAsync(["serve", "--memory", .. arguments]);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(told, run.Errors);
    }

    [Fact]
    public async Task A_line_that_is_no_user_is_named_by_its_number()
    {
        File.WriteAllText(_directory["users"], "alice:secret\nbob and his password\n");

        CliRun run = await CliRun.OfAsync(
            "serve", "--memory", "--sasl", "PLAIN", "--user-file", _directory["users"]);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("line 2", run.Errors);
        Assert.DoesNotContain("his password", run.Errors);
    }

    private static async Task WhileServingAsync(string[] arguments, Func<string, int, Task> work)
    {
        using CancellationTokenSource stop = new();
        WatchedStream output = new();
        Task<CliRun> run = CliRun.OfAsync(
            Stream.Null, output, stop.Token, ["serve", "--memory", "--kafka", "127.0.0.1:0", "--json", .. arguments]);
        await Task.WhenAny(output.Received("}\n"), run);
        if (run.IsCompleted)
            (await run).Ok();

        using JsonDocument ready = JsonDocument.Parse(output.Text);
        await work(
            ready.RootElement.GetProperty("listener").GetString()!, ready.RootElement.GetProperty("port").GetInt32());
        await stop.CancelAsync();
        (await run).Ok();
    }

    private static async Task<TResponse> AskAsync<TResponse>(
        Stream stream, IRequest<TResponse> request, short version)
        where TResponse : class
    {
        Assert.True(Apis.TryGet(request.ApiKey, out ApiDescription? api));
        WireWriter writer = new(256);
        writer.WriteInt32(0);
        new RequestHeader(request.ApiKey, version, 1, "test").Write(ref writer);
        api.WriteRequest(request, ref writer, version);
        byte[] frame = writer.Written.ToArray();
        writer.Dispose();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        await stream.WriteAsync(frame);

        byte[] prefix = new byte[4];
        await stream.ReadExactlyAsync(prefix);
        byte[] answer = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await stream.ReadExactlyAsync(answer);
        return Read();

        TResponse Read()
        {
            WireReader reader = new(answer);
            ResponseHeader.Read(ref reader, api.ResponseHeaderVersion(version));
            return (TResponse)api.ReadResponse(ref reader, version);
        }
    }

    private X509Certificate2 WriteCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(_directory["cert.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(_directory["key.pem"], key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(_directory["cert.pfx"], certificate.Export(X509ContentType.Pfx, "secret"));
        return certificate;
    }
}
