using StreamLog.Authorization;
using StreamLog.Broker;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;

namespace StreamLog.Tests.Authorization;

/// <summary>A broker with rules of access, and callers from outside.</summary>
internal sealed class AclHarness : IAsyncDisposable
{
    private AclHarness(BrokerHarness broker)
    {
        Broker = broker;
        Door = new SessionBroker(
            new AuthorizingBroker(broker.Broker, broker.Broker.Authorizer, broker.Options.AutoCreateTopics),
            new FetchSessions(broker.Time, broker.Environment.NextRandom),
            broker.Broker.NewShareSessions());
    }

    public BrokerHarness Broker { get; }

    public IBroker Door { get; }

    public static async Task<AclHarness> StartAsync(bool acls = true, bool autoCreate = false) => new(
        await BrokerHarness.StartAsync(new StreamLogOptions
        {
            AutoCreateTopics = autoCreate,
            Security = { Acls = acls, SuperUsers = { "User:root" } },
        }));

    /// <summary>Sends as a user from outside.</summary>
    public ValueTask<TResponse> SendAsync<TResponse>(IRequest<TResponse> request, string user = "alice")
        where TResponse : class =>
        Door.SendAsync(request, new RequestContext { Principal = $"User:{user}" }, CancellationToken.None);

    public Task AllowAsync(
        AclOperation operation,
        AclResourceType type,
        string name,
        AclPatternType pattern = AclPatternType.Literal,
        string user = "alice") => AddAsync(operation, type, name, pattern, user, AclPermission.Allow);

    public async Task AddAsync(
        AclOperation operation,
        AclResourceType type,
        string name,
        AclPatternType pattern,
        string user,
        AclPermission permission)
    {
        CreateAclsResponse response = await Broker.SendAsync(new CreateAclsRequest
        {
            Creations =
            {
                new CreateAclsRequest.AclCreation
                {
                    ResourceType = (sbyte)type,
                    ResourceName = name,
                    ResourcePatternType = (sbyte)pattern,
                    Principal = $"User:{user}",
                    Host = AccessRule.Wildcard,
                    Operation = (sbyte)operation,
                    PermissionType = (sbyte)permission,
                },
            },
        });
        Xunit.Assert.Equal(ErrorCode.None, response.Results.Single().ErrorCode);
    }

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}
