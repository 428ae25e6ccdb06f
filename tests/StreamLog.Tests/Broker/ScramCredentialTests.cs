using System.Security.Cryptography;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Authentication;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class ScramCredentialTests
{
    private static readonly byte[] Salt = [9, 8, 7, 6, 5, 4, 3, 2];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_credential_is_kept_over_a_restart_from_log_and_snapshot(bool bySnapshot)
    {
        StreamLogOptions options = new();
        if (bySnapshot)
            options.Maintenance.MetadataSnapshotBytes = 1;
        BrokerHarness broker = await BrokerHarness.StartAsync(options);
        AlterUserScramCredentialsResponse set = await broker.SendAsync(new AlterUserScramCredentialsRequest
        {
            Upsertions = { Upsertion("alice", "secret", 1), Upsertion("alice", "secret", 2), Upsertion("bob", "x", 1) },
        });
        Assert.Equal(
            [("alice", ErrorCode.DuplicateResource), ("bob", ErrorCode.None)],
            set.Results.Select(result => (result.User, result.ErrorCode)).Order());
        await broker.SendAsync(new AlterUserScramCredentialsRequest
        {
            Upsertions = { Upsertion("alice", "secret", 1) },
        });
        await broker.SendAsync(new AlterUserScramCredentialsRequest
        {
            Deletions = { new() { Name = "bob", Mechanism = 1 } },
        });

        broker = await broker.RestartAsync();
        await using (broker)
        {
            Assert.Equal(ErrorCode.None, await AuthenticateAsync(broker, "alice", "secret"));
            Assert.Equal(ErrorCode.SaslAuthenticationFailed, await AuthenticateAsync(broker, "alice", "x"));
            Assert.Equal(ErrorCode.SaslAuthenticationFailed, await AuthenticateAsync(broker, "bob", "x"));
        }
    }

    [Fact]
    public async Task Credentials_are_described_without_their_secrets()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.SendAsync(new AlterUserScramCredentialsRequest
        {
            Upsertions = { Upsertion("alice", "secret", 1) },
        });
        await broker.SendAsync(new AlterUserScramCredentialsRequest
        {
            Upsertions = { Upsertion("alice", "secret", 2, 8192), Upsertion("bob", "x", 2) },
        });

        DescribeUserScramCredentialsResponse all = await broker.SendAsync(
            new DescribeUserScramCredentialsRequest { Users = null });
        DescribeUserScramCredentialsResponse some = await broker.SendAsync(new DescribeUserScramCredentialsRequest
        {
            Users =
            [
                new() { Name = "alice" }, new() { Name = "carol" }, new() { Name = "bob" }, new() { Name = "bob" },
            ],
        });

        Assert.Equal(["alice: 1/4096 2/8192", "bob: 2/4096"], all.Results.Select(Say).Order());
        Assert.Equal(
            [
                "alice: 1/4096 2/8192",
                "bob: DuplicateResource",
                "carol: ResourceNotFound",
            ],
            some.Results.Select(Say).Order());
    }

    [Fact]
    public async Task What_is_wrong_is_refused_with_kafkas_codes_and_the_rest_is_done()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        AlterUserScramCredentialsResponse response = await broker.SendAsync(new AlterUserScramCredentialsRequest
        {
            Deletions = { new() { Name = "nobody", Mechanism = 1 }, new() { Name = "odd", Mechanism = 7 } },
            Upsertions =
            {
                Upsertion("", "x", 1), Upsertion("few", "x", 1, 4095), Upsertion("many", "x", 1, 16385),
                Upsertion("other", "x", 3), Upsertion("good", "x", 1, 16384),
            },
        });

        Assert.Equal(
            [
                ("", ErrorCode.UnacceptableCredential), ("few", ErrorCode.UnacceptableCredential),
                ("good", ErrorCode.None), ("many", ErrorCode.UnacceptableCredential),
                ("nobody", ErrorCode.ResourceNotFound), ("odd", ErrorCode.UnsupportedSaslMechanism),
                ("other", ErrorCode.UnsupportedSaslMechanism),
            ],
            response.Results.Select(result => (result.User, result.ErrorCode)).Order());
        Assert.Equal(ErrorCode.None, await AuthenticateAsync(broker, "good", "x"));
    }

    private static string Say(DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult result) =>
        $"{result.User}: " + (result.ErrorCode != ErrorCode.None
            ? $"{result.ErrorCode}"
            : string.Join(' ', result.CredentialInfos.Select(info => $"{info.Mechanism}/{info.Iterations}")));

    private static AlterUserScramCredentialsRequest.ScramCredentialUpsertion Upsertion(
        string user, string password, sbyte mechanism, int iterations = 4096) => new()
        {
            Name = user,
            Mechanism = mechanism,
            Iterations = iterations,
            Salt = Salt,
            SaltedPassword = mechanism == 2
                ? Rfc2898DeriveBytes.Pbkdf2(password, Salt, iterations, HashAlgorithmName.SHA512, 64)
                : Rfc2898DeriveBytes.Pbkdf2(password, Salt, iterations, HashAlgorithmName.SHA256, 32),
        };

    private static async Task<ErrorCode> AuthenticateAsync(BrokerHarness broker, string user, string password)
    {
        RequestContext context = new() { Session = new RequestSession { SaslMechanisms = ["SCRAM-SHA-256"] } };
        ScramClient client = new(user, password, HashAlgorithmName.SHA256);
        await broker.Broker.SendAsync(
            new SaslHandshakeRequest { Mechanism = "SCRAM-SHA-256" }, context, CancellationToken.None);
        SaslAuthenticateResponse first = await broker.Broker.SendAsync(
            new SaslAuthenticateRequest { AuthBytes = client.First() }, context, CancellationToken.None);
        SaslAuthenticateResponse final = await broker.Broker.SendAsync(
            new SaslAuthenticateRequest { AuthBytes = client.Final(first.AuthBytes) }, context, CancellationToken.None);
        return final.ErrorCode;
    }
}
