using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>How requests about who clients are and what they may do are refused: as a whole.</summary>
internal static class SecurityRefusals
{
    /// <summary>Lists these APIs.</summary>
    /// <returns>One for each.</returns>
    public static IEnumerable<ApiRefusal> Create() => [.. Users(), .. Rules(), .. Quotas()];

    private static IEnumerable<ApiRefusal> Users() =>
    [
        new WholeRefusal<SaslHandshakeRequest, SaslHandshakeResponse>(
            (_, error, _) => new SaslHandshakeResponse { ErrorCode = error }),
        new WholeRefusal<SaslAuthenticateRequest, SaslAuthenticateResponse>(
            (_, error, message) => new SaslAuthenticateResponse { ErrorCode = error, ErrorMessage = message }),
        new WholeRefusal<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
            (request, error, message) => new DescribeUserScramCredentialsResponse
            {
                ErrorCode = error,
                ErrorMessage = message,
                Results = (request.Users ?? []).ConvertAll(
                    user => new DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult
                    {
                        User = user.Name,
                        ErrorCode = error,
                        ErrorMessage = message,
                    }),
            }),
        new WholeRefusal<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
            (request, error, message) => new AlterUserScramCredentialsResponse
            {
                Results =
                [
                    .. UsersOf(request).Select(
                        user => new AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult
                        {
                            User = user,
                            ErrorCode = error,
                            ErrorMessage = message,
                        }),
                ],
            }),
    ];

    private static IEnumerable<ApiRefusal> Rules() =>
    [
        new WholeRefusal<DescribeAclsRequest, DescribeAclsResponse>(
            (_, error, message) => new DescribeAclsResponse { ErrorCode = error, ErrorMessage = message }),
        new WholeRefusal<CreateAclsRequest, CreateAclsResponse>(
            (request, error, message) => new CreateAclsResponse
            {
                Results = request.Creations.ConvertAll(_ => new CreateAclsResponse.AclCreationResult
                {
                    ErrorCode = error,
                    ErrorMessage = message,
                }),
            }),
        new WholeRefusal<DeleteAclsRequest, DeleteAclsResponse>(
            (request, error, message) => new DeleteAclsResponse
            {
                FilterResults = request.Filters.ConvertAll(_ => new DeleteAclsResponse.DeleteAclsFilterResult
                {
                    ErrorCode = error,
                    ErrorMessage = message,
                }),
            }),
    ];

    private static IEnumerable<ApiRefusal> Quotas() =>
    [
        new WholeRefusal<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(
            (_, error, message) => new DescribeClientQuotasResponse
            {
                ErrorCode = error,
                ErrorMessage = message,
                Entries = null,
            }),
        new WholeRefusal<AlterClientQuotasRequest, AlterClientQuotasResponse>(
            (request, error, message) => new AlterClientQuotasResponse
            {
                Entries = request.Entries.ConvertAll(entry => new AlterClientQuotasResponse.EntryData
                {
                    ErrorCode = error,
                    ErrorMessage = message,
                    Entity = entry.Entity.ConvertAll(name => new AlterClientQuotasResponse.EntityData
                    {
                        EntityType = name.EntityType,
                        EntityName = name.EntityName,
                    }),
                }),
            }),
    ];

    private static IEnumerable<string> UsersOf(AlterUserScramCredentialsRequest request) => request.Deletions
        .Select(deletion => deletion.Name)
        .Concat(request.Upsertions.Select(upsertion => upsertion.Name))
        .Distinct(StringComparer.Ordinal);
}
