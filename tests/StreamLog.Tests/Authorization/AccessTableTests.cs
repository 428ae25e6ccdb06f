using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Authorization;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;
using StreamLog.Tests.Broker;
using StreamLog.Tests.Messages;
using Xunit;

namespace StreamLog.Tests.Authorization;

public sealed class AccessTableTests
{
    /// <summary>What tells a stranger no more than that there is a broker, or takes from the answer what it may not
    /// see.</summary>
    private static readonly HashSet<ApiKey> PassedOn =
    [
        ApiKey.ApiVersions, ApiKey.SaslHandshake, ApiKey.SaslAuthenticate, ApiKey.Metadata, ApiKey.DescribeCluster,
        ApiKey.ListGroups, ApiKey.ListTransactions, ApiKey.Fetch,
    ];

    public static TheoryData<string> Requests => [.. MessageType.All
        .Where(message => message.Declaration.Kind == MessageKind.Request).Select(message => message.Name)];

    [Fact]
    public async Task Every_api_has_rules()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        HashSet<ApiKey> known = [.. AccessTable.Create().Select(api => api.ApiKey)];

        Assert.All(broker.Broker.SupportedApis, api => Assert.True(
            known.Contains(api.ApiKey),
            $"{api.ApiKey} has no row in src/StreamLog/Authorization/AccessTable*.cs. Say there who may use it."));
        Assert.Equal(known.Count, AccessTable.Create().Count());
    }

    // Goal: no API lets a stranger do anything with anything. Method: random requests of every version, before an
    // engine that keeps what reaches it: nothing does, or it names nothing.
    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_stranger_reaches_nothing(string name)
    {
        MessageType message = MessageType.Named(name);
        foreach (short version in message.Versions)
        {
            object request = new RandomMessages(version + 1).Create(message, version);
            if (request is IVersionedRequest versioned)
                versioned.Version = version;
            KeepingBroker engine = new();
            Authorizer authorizer =
                new(new SecurityOptions { Acls = true }, () => ClusterImage.Empty, NullLogger.Instance);
            AuthorizingBroker door = new(engine, authorizer, createsTopics: true);

            await SendAsync(door, request);

            if (engine.Kept is null)
                continue;
            ApiKey key = AccessTable.Create().Single(api => name == api.ApiKey + "Request").ApiKey;
            Assert.True(
                PassedOn.Contains(key) || !Refusal.Targets(engine.Kept).Any(target => IsKnown(key, target)),
                $"{name} {version}");
        }
    }

    // An id that no topic has is none's, and a transactional id is nothing to who produces outside of transactions.
    private static bool IsKnown(ApiKey key, RequestTarget target) =>
        target.TopicId == Guid.Empty
        && !(key == ApiKey.Produce && target.Kind == RequestTargetKind.TransactionalId);

    private static async Task SendAsync(AuthorizingBroker door, object request)
    {
        Type response = request.GetType().GetInterfaces()
            .Single(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRequest<>))
            .GetGenericArguments()[0];
        Task sent = (Task)typeof(AccessTableTests)
            .GetMethod(nameof(SendTypedAsync), System.Reflection.BindingFlags.Static
                | System.Reflection.BindingFlags.NonPublic)!
            .MakeGenericMethod(response)
            .Invoke(null, [door, request])!;
        await sent;
        (request as IDisposable)?.Dispose();
    }

    private static async Task SendTypedAsync<TResponse>(AuthorizingBroker door, IRequest<TResponse> request)
        where TResponse : class
    {
        TResponse response = await door.SendAsync(
            request, new RequestContext { Principal = "User:stranger" }, CancellationToken.None);
        (response as IDisposable)?.Dispose();
    }

    private sealed class KeepingBroker : IBroker
    {
        public object? Kept { get; private set; }

        public IReadOnlyList<ApiVersionRange> SupportedApis => [];

        public ValueTask<TResponse> SendAsync<TResponse>(
            IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
            where TResponse : class
        {
            Kept = request;
            return new ValueTask<TResponse>(Refusal.CreateResponse(request, ErrorCode.None));
        }
    }
}
