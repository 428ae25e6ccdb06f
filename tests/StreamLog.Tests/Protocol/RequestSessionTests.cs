using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Protocol;

public sealed class RequestSessionTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    private readonly RequestSession _session = new() { SaslMechanisms = ["PLAIN", "SCRAM-SHA-256"] };

    [Fact]
    public void A_listener_without_mechanisms_takes_anybody()
    {
        RequestContext context = new() { Principal = "User:CN=me", Session = new RequestSession() };

        Assert.False(context.Session.MustAuthenticate);
        Assert.True(context.Session.IsAuthenticated);
        Assert.Equal("User:CN=me", context.Principal);
    }

    [Fact]
    public void Who_authenticates_becomes_the_principal_of_the_context()
    {
        RequestContext context = new() { Session = _session };
        Assert.True(_session.MustAuthenticate);
        Assert.False(_session.IsAuthenticated);

        _session.BeginSasl("PLAIN", new Silent(), isRaw: false, Now);
        Assert.False(_session.IsAuthenticated);
        Assert.NotNull(_session.SaslExchange);
        Assert.Equal(RequestContext.AnonymousPrincipal, context.Principal);

        _session.CompleteSasl("User:alice", Now.AddHours(1));
        Assert.True(_session.IsAuthenticated);
        Assert.Null(_session.SaslExchange);
        Assert.Equal(("User:alice", "PLAIN"), (context.Principal, _session.SaslMechanism));
        Assert.Equal(Now.AddHours(1), _session.ExpiresAt);
        Assert.Null(_session.ReauthenticatedAt);
    }

    [Fact]
    public void Who_authenticates_anew_keeps_the_name_meanwhile_and_is_let_in_again_after_it()
    {
        _session.BeginSasl("PLAIN", new Silent(), isRaw: false, Now);
        _session.CompleteSasl("User:alice", Now.AddHours(1));

        _session.BeginSasl("PLAIN", new Silent(), isRaw: false, Now.AddMinutes(50));
        Assert.False(_session.IsAuthenticated);
        Assert.Equal(("User:alice", Now.AddMinutes(50)), (_session.Principal, _session.ReauthenticatedAt));

        _session.CompleteSasl("User:alice", Now.AddHours(2));
        Assert.True(_session.IsAuthenticated);
        Assert.Equal(Now.AddHours(2), _session.ExpiresAt);
    }

    [Fact]
    public void Raw_tokens_are_taken_as_long_as_the_exchange_goes_on()
    {
        _session.BeginSasl("SCRAM-SHA-256", new Silent(), isRaw: true, Now);
        Assert.True(_session.TakesRawTokens);

        _session.CompleteSasl("User:alice", null);
        Assert.False(_session.TakesRawTokens);
    }

    [Fact]
    public void A_failure_ends_the_session()
    {
        _session.BeginSasl("PLAIN", new Silent(), isRaw: false, Now);
        _session.FailSasl();

        Assert.True(_session.HasFailed);
        Assert.False(_session.IsAuthenticated);
        Assert.Null(_session.SaslExchange);
        Assert.Throws<InvalidOperationException>(() => _session.CompleteSasl("User:alice", null));
    }

    [Fact]
    public void What_is_not_offered_cannot_begin() => Assert.Throws<InvalidOperationException>(
        () => _session.BeginSasl("SCRAM-SHA-512", new Silent(), isRaw: false, Now));

    [Fact]
    public void The_client_says_which_software_it_is()
    {
        _session.NoteClientSoftware("librdkafka", "2.11.0");

        Assert.Equal(
            ("librdkafka", "2.11.0"), (_session.ClientSoftwareName, _session.ClientSoftwareVersion));
    }

    [Fact]
    public void Callers_of_the_process_share_a_session_that_keeps_nothing()
    {
        RequestSession shared = RequestContext.Local.Session;
        shared.NoteClientSoftware("somebody", "1");
        shared.FailSasl();

        Assert.Same(shared, RequestContext.ForLocalClient("me").Session);
        Assert.Equal("", shared.ClientSoftwareName);
        Assert.False(shared.HasFailed);
        Assert.True(shared.IsAuthenticated);
        Assert.Throws<InvalidOperationException>(
            () => shared.BeginSasl("PLAIN", new Silent(), isRaw: false, Now));
        Assert.Equal(RequestContext.LocalPrincipal, RequestContext.Local.Principal);
    }

    private sealed class Silent : ISaslExchange
    {
        public ValueTask<SaslStep> ContinueAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken) =>
            new(new SaslStep([], null));
    }
}
