using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells who has which SCRAM credentials: those that were stored, and not those of the options.</summary>
internal sealed class DescribeUserScramCredentialsHandler(BrokerParts parts)
    : ApiHandler<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeUserScramCredentialsResponse> HandleAsync(
        DescribeUserScramCredentialsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ClusterImage image = parts.Metadata.Image;
        List<string> users = request.Users is { Count: > 0 } asked
            ? [.. asked.Select(user => user.Name)]
            : [.. image.ScramCredentials.Keys.Select(key => key.User).Distinct(StringComparer.Ordinal)];
        DescribeUserScramCredentialsResponse response = new();
        foreach (IGrouping<string, string> user in users.GroupBy(user => user, StringComparer.Ordinal))
            response.Results.Add(Describe(image, user.Key, isTwice: user.Skip(1).Any()));
        return new ValueTask<DescribeUserScramCredentialsResponse>(response);
    }

    private static DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult Describe(
        ClusterImage image, string user, bool isTwice)
    {
        DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult result = new() { User = user };
        if (isTwice)
        {
            result.ErrorCode = ErrorCode.DuplicateResource;
            result.ErrorMessage =
                $"Cannot describe SCRAM credentials for the same user twice in a single request: {user}";
            return result;
        }

        foreach (sbyte mechanism in ScramChange.Mechanisms)
        {
            if (image.ScramCredentials.TryGetValue(new ScramUser(user, mechanism), out var credential))
            {
                result.CredentialInfos.Add(new DescribeUserScramCredentialsResponse.CredentialInfo
                {
                    Mechanism = mechanism,
                    Iterations = credential.Iterations,
                });
            }
        }

        if (result.CredentialInfos.Count == 0)
        {
            result.ErrorCode = ErrorCode.ResourceNotFound;
            result.ErrorMessage = $"Attempt to describe a user credential that does not exist: {user}";
        }

        return result;
    }
}
