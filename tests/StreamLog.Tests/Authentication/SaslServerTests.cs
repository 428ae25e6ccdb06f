using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Authentication;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Authentication;

public sealed class SaslServerTests
{
    private readonly SimulatedTime _time = new();
    private readonly SecurityOptions _options =
        new() { Users = { ["alice"] = "secret", ["bob"] = "hunter2", ["a=b,c"] = "odd" } };

    private readonly Dictionary<(string User, string Mechanism), ScramCredential> _stored = [];
    private readonly SaslServer _server;

    public SaslServerTests() => _server = new SaslServer(
        new SaslUsers(_options, (user, mechanism) => _stored.GetValueOrDefault((user, mechanism.Name))),
        _time,
        NullLogger.Instance);

    [Fact]
    public async Task A_user_gets_in_by_plain()
    {
        RequestContext context = Connect();

        SaslHandshakeResponse shaken = Shake(context, "PLAIN");
        Assert.Equal((ErrorCode.None, 3), (shaken.ErrorCode, shaken.Mechanisms.Count));
        Assert.False(context.Session.IsAuthenticated);
        SaslAuthenticateResponse response = await PlainAsync(context, "\0alice\0secret");

        Assert.Equal((ErrorCode.None, 0L), (response.ErrorCode, response.SessionLifetimeMs));
        Assert.Empty(response.AuthBytes);
        Assert.True(context.Session.IsAuthenticated);
        Assert.Equal("User:alice", context.Principal);
    }

    [Theory]
    [InlineData("\0alice\0wrong", "Authentication failed: Invalid username or password")]
    [InlineData("\0nobody\0secret", "Authentication failed: Invalid username or password")]
    [InlineData("\0nobody\0", "Authentication failed: password not specified")]
    [InlineData("\0\0secret", "Authentication failed: username not specified")]
    [InlineData("alice\0secret", "Invalid SASL/PLAIN response: expected 3 tokens, got 2")]
    [InlineData(
        "bob\0alice\0secret",
        "Authentication failed: Client requested an authorization id that is different from username")]
    public async Task Who_is_not_a_user_is_not_let_in_by_plain(string token, string message)
    {
        RequestContext context = Connect();
        Shake(context, "PLAIN");

        SaslAuthenticateResponse response = await PlainAsync(context, token);

        Assert.Equal((ErrorCode.SaslAuthenticationFailed, message), (response.ErrorCode, response.ErrorMessage));
        Assert.True(context.Session.HasFailed);
        Assert.False(context.Session.IsAuthenticated);
        Assert.Equal(RequestContext.AnonymousPrincipal, context.Principal);
    }

    [Theory]
    [InlineData(true, ErrorCode.None)]
    [InlineData(false, ErrorCode.SaslAuthenticationFailed)]
    [InlineData(null, ErrorCode.SaslAuthenticationFailed)]
    public async Task The_application_may_know_the_users_itself(bool? answer, ErrorCode expected)
    {
        _options.PlainAuthenticator = (user, password, _) =>
            new ValueTask<bool>(answer ?? throw new TimeoutException($"{user} {password}"));
        RequestContext context = Connect();
        Shake(context, "PLAIN");

        Assert.Equal(expected, (await PlainAsync(context, "\0carol\0x")).ErrorCode);
    }

    [Fact]
    public async Task An_application_that_gives_up_lets_nobody_in()
    {
        _options.PlainAuthenticator = (_, _, _) => throw new TaskCanceledException("The directory did not answer.");
        RequestContext context = Connect();
        Shake(context, "PLAIN");

        Assert.Equal(ErrorCode.SaslAuthenticationFailed, (await PlainAsync(context, "\0carol\0x")).ErrorCode);
        Assert.True(context.Session.HasFailed);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", "alice", "secret")]
    [InlineData("SCRAM-SHA-512", "alice", "secret")]
    [InlineData("SCRAM-SHA-256", "a=b,c", "odd")]
    public async Task A_user_gets_in_by_scram_and_learns_that_the_server_knows_it(
        string mechanism, string user, string password)
    {
        RequestContext context = Connect();
        Shake(context, mechanism);
        ScramClient client = new(user, password, HashOf(mechanism));

        SaslAuthenticateResponse response = await ScramAsync(context, client);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.True(client.Trusts(response.AuthBytes));
        Assert.Equal($"User:{user}", context.Principal);
    }

    [Fact]
    public async Task A_client_that_writes_its_nonce_twice_gets_in_as_into_Kafka() =>
        Assert.Equal(
            ErrorCode.None, await TryAsync(new("alice", "secret", HashAlgorithmName.SHA256) { RepeatsNonce = true }));

    [Fact]
    public async Task What_is_stored_goes_before_the_options()
    {
        byte[] salt = [1, 2, 3, 4];
        byte[] salted = ScramMechanism.Sha256.SaltPassword("stored", salt, 5000);
        _stored[("alice", "SCRAM-SHA-256")] =
            ScramMechanism.Sha256.CreateCredential(salted, salt, 5000);

        Assert.Equal(ErrorCode.None, await TryAsync(new("alice", "stored", HashAlgorithmName.SHA256)));
        Assert.Equal(
            ErrorCode.SaslAuthenticationFailed, await TryAsync(new("alice", "secret", HashAlgorithmName.SHA256)));
    }

    // Goal: nothing tells a stranger which users there are. Method: an unknown name and a wrong password get answers of
    // the same form at each step, the same salt each time, and the same error at the end.
    [Fact]
    public async Task An_unknown_user_looks_like_a_wrong_password()
    {
        List<string> salts = [];
        foreach (string user in new[] { "alice", "nobody", "nobody" })
        {
            RequestContext context = Connect();
            Shake(context, "SCRAM-SHA-256");
            ScramClient client = new(user, "wrong", HashAlgorithmName.SHA256);
            SaslAuthenticateResponse first = await AuthenticateAsync(context, client.First());
            Assert.Equal(ErrorCode.None, first.ErrorCode);
            string[] parts = Encoding.UTF8.GetString(first.AuthBytes).Split(',');
            Assert.Equal("i=4096", parts[2]);
            salts.Add(parts[1]);

            SaslAuthenticateResponse final = await AuthenticateAsync(context, client.Final(first.AuthBytes));
            Assert.Equal(
                (ErrorCode.SaslAuthenticationFailed,
                    "Authentication failed during authentication due to invalid credentials with SASL mechanism " +
                    "SCRAM-SHA-256"),
                (final.ErrorCode, final.ErrorMessage));
        }

        Assert.Equal(salts[1], salts[2]);
        Assert.Equal(salts[0].Length, salts[1].Length);
        Assert.NotEqual(salts[0], salts[1]);
    }

    [Theory]
    [InlineData("p=tls-unique,,n=alice,r=abc")]
    [InlineData("n,,n=al=ice,r=abc")]
    [InlineData("n,,n=,r=abc")]
    [InlineData("n,,n=alice,r=")]
    [InlineData("n,,n=alice")]
    [InlineData("n,x=bob,n=alice,r=abc")]
    [InlineData("")]
    public async Task A_first_message_that_is_none_is_refused(string message)
    {
        RequestContext context = Connect();
        Shake(context, "SCRAM-SHA-256");

        SaslAuthenticateResponse response = await AuthenticateAsync(context, Encoding.UTF8.GetBytes(message));

        Assert.Equal(ErrorCode.SaslAuthenticationFailed, response.ErrorCode);
        Assert.True(context.Session.HasFailed);
    }

    [Fact]
    public async Task A_spoilt_last_message_is_refused()
    {
        Func<string, string>[] spoils =
        [
            message => message.Replace(",p=", ",p=A", StringComparison.Ordinal),
            message => message[..message.LastIndexOf(',')],
            message => message.Replace("r=r", "r=x", StringComparison.Ordinal),
            message => message.Replace("c=biws", "c=eSws", StringComparison.Ordinal),
            message => message[..message.LastIndexOf('=')] + "=!",
            _ => "",
        ];

        foreach (Func<string, string> spoil in spoils)
        {
            ScramClient client = new("alice", "secret", HashAlgorithmName.SHA256) { Spoil = spoil };
            Assert.Equal(ErrorCode.SaslAuthenticationFailed, await TryAsync(client));
        }
    }

    [Fact]
    public async Task A_client_acts_under_its_own_name_alone_and_has_no_tokens()
    {
        Assert.Equal(ErrorCode.None, await TryAsync(
            new("alice", "secret", HashAlgorithmName.SHA256) { Gs2Header = "n,a=alice," }));
        Assert.Equal(ErrorCode.SaslAuthenticationFailed, await TryAsync(
            new("alice", "secret", HashAlgorithmName.SHA256) { Gs2Header = "n,a=bob," }));
        Assert.Equal(ErrorCode.SaslAuthenticationFailed, await TryAsync(
            new("alice", "secret", HashAlgorithmName.SHA256, ",tokenauth=true")));
    }

    [Fact]
    public async Task A_listener_without_sasl_refuses_both_requests()
    {
        Assert.Equal(ErrorCode.IllegalSaslState, Shake(RequestContext.Local, "PLAIN").ErrorCode);
        SaslAuthenticateResponse response = await PlainAsync(RequestContext.Local, "\0alice\0secret");

        Assert.Equal(
            (ErrorCode.IllegalSaslState, "SaslAuthenticate request received after successful authentication"),
            (response.ErrorCode, response.ErrorMessage));
    }

    [Fact]
    public void A_mechanism_that_is_not_offered_is_refused_with_those_that_are()
    {
        RequestContext context = Connect();

        SaslHandshakeResponse response = Shake(context, "GSSAPI");

        Assert.Equal(ErrorCode.UnsupportedSaslMechanism, response.ErrorCode);
        Assert.Equal(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], response.Mechanisms);
        Assert.True(context.Session.HasFailed);
    }

    [Fact]
    public async Task The_requests_come_in_their_order()
    {
        RequestContext hasty = Connect();
        Assert.Equal(ErrorCode.IllegalSaslState, (await PlainAsync(hasty, "\0alice\0secret")).ErrorCode);
        Assert.True(hasty.Session.HasFailed);

        RequestContext doubled = Connect();
        Shake(doubled, "PLAIN");
        Assert.Equal(ErrorCode.IllegalSaslState, Shake(doubled, "PLAIN").ErrorCode);
        Assert.True(doubled.Session.HasFailed);
        Assert.Equal(ErrorCode.IllegalSaslState, (await PlainAsync(doubled, "\0alice\0secret")).ErrorCode);
    }

    [Fact]
    public async Task Version_0_of_the_handshake_announces_raw_tokens()
    {
        RequestContext context = Connect();
        _server.Shake(new SaslHandshakeRequest { Mechanism = "PLAIN", Version = 0 }, context);
        Assert.True(context.Session.TakesRawTokens);

        Assert.Equal(ErrorCode.None, (await PlainAsync(context, "\0alice\0secret")).ErrorCode);
        Assert.False(context.Session.TakesRawTokens);
    }

    [Fact]
    public async Task Where_it_does_not_end_nobody_authenticates_anew()
    {
        RequestContext context = Connect();
        Shake(context, "PLAIN");
        await PlainAsync(context, "\0alice\0secret");

        Assert.Equal(ErrorCode.IllegalSaslState, Shake(context, "PLAIN").ErrorCode);
        Assert.Equal(ErrorCode.IllegalSaslState, (await PlainAsync(context, "\0alice\0secret")).ErrorCode);
        Assert.True(context.Session.IsAuthenticated);
    }

    [Fact]
    public async Task Who_authenticates_anew_stays_who_it_was_at_most_once_a_second()
    {
        RequestContext context = Connect(TimeSpan.FromMinutes(1));
        Shake(context, "PLAIN");
        SaslAuthenticateResponse first = await PlainAsync(context, "\0alice\0secret");
        Assert.Equal(60_000, first.SessionLifetimeMs);
        Assert.Equal(_time.GetUtcNow().AddMinutes(1), context.Session.ExpiresAt);

        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(ErrorCode.None, Shake(context, "PLAIN").ErrorCode);
        Assert.Equal("User:alice", context.Principal);
        Assert.Equal(ErrorCode.None, (await PlainAsync(context, "\0alice\0secret")).ErrorCode);
        Assert.Equal(_time.GetUtcNow().AddMinutes(1), context.Session.ExpiresAt);
        Assert.Equal(ErrorCode.IllegalSaslState, Shake(context, "PLAIN").ErrorCode);
        Assert.True(context.Session.IsAuthenticated);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ErrorCode.None, Shake(context, "PLAIN").ErrorCode);
        SaslAuthenticateResponse other = await PlainAsync(context, "\0bob\0hunter2");
        Assert.Equal(
            (ErrorCode.SaslAuthenticationFailed,
                "Cannot change principals during re-authentication from User.alice: User.bob"),
            (other.ErrorCode, other.ErrorMessage));
        Assert.True(context.Session.HasFailed);
    }

    [Fact]
    public async Task Who_authenticates_anew_keeps_its_mechanism()
    {
        RequestContext context = Connect(TimeSpan.FromMinutes(1));
        Shake(context, "PLAIN");
        await PlainAsync(context, "\0alice\0secret");
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(ErrorCode.None, Shake(context, "SCRAM-SHA-256").ErrorCode);
        SaslAuthenticateResponse response = await AuthenticateAsync(
            context, new ScramClient("alice", "secret", HashAlgorithmName.SHA256).First());

        Assert.Equal(
            (ErrorCode.SaslAuthenticationFailed,
                "SASL mechanism 'SCRAM-SHA-256' requested by client is not supported for re-authentication of " +
                "mechanism 'PLAIN'"),
            (response.ErrorCode, response.ErrorMessage));
    }

    private static HashAlgorithmName HashOf(string mechanism) =>
        mechanism.EndsWith("512", StringComparison.Ordinal) ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    private static RequestContext Connect(TimeSpan? lifetime = null) => new()
    {
        Session = new RequestSession
        {
            SaslMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
            AuthenticationLifetime = lifetime,
        },
    };

    private SaslHandshakeResponse Shake(RequestContext context, string mechanism) =>
        _server.Shake(new SaslHandshakeRequest { Mechanism = mechanism }, context);

    private ValueTask<SaslAuthenticateResponse> PlainAsync(RequestContext context, string token) =>
        AuthenticateAsync(context, Encoding.UTF8.GetBytes(token));

    private ValueTask<SaslAuthenticateResponse> AuthenticateAsync(RequestContext context, byte[] token) =>
        _server.AuthenticateAsync(new SaslAuthenticateRequest { AuthBytes = token }, context, CancellationToken.None);

    private async Task<SaslAuthenticateResponse> ScramAsync(RequestContext context, ScramClient client)
    {
        SaslAuthenticateResponse first = await AuthenticateAsync(context, client.First());
        return first.ErrorCode != ErrorCode.None
            ? first
            : await AuthenticateAsync(context, client.Final(first.AuthBytes));
    }

    private async Task<ErrorCode> TryAsync(ScramClient client)
    {
        RequestContext context = Connect();
        Shake(context, "SCRAM-SHA-256");
        SaslAuthenticateResponse response = await ScramAsync(context, client);
        Assert.Equal(response.ErrorCode == ErrorCode.None, context.Session.IsAuthenticated);
        return response.ErrorCode;
    }
}
