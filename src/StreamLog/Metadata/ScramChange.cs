using StreamLog.Authentication;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides about SCRAM credentials. Stateless; the rules are those of Kafka's controller.</summary>
internal static class ScramChange
{
    private const string Twice = "A user credential cannot be altered twice in the same request";

    /// <summary>The mechanisms that there are, as Kafka numbers them.</summary>
    public static readonly sbyte[] Mechanisms = [ScramMechanism.Sha256.Number, ScramMechanism.Sha512.Number];

    /// <summary>Decides about a request.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<AlterUserScramCredentialsResponse> Decide(
        ClusterImage image, AlterUserScramCredentialsRequest request)
    {
        List<(string User, IMetadataRecord? Record, ControllerError? Refused)> changes = [];
        foreach (AlterUserScramCredentialsRequest.ScramCredentialDeletion deletion in request.Deletions)
        {
            ControllerError? refused = FindFault(image, deletion);
            changes.Add((deletion.Name, refused is null ? Removal(deletion) : null, refused));
        }

        foreach (AlterUserScramCredentialsRequest.ScramCredentialUpsertion upsertion in request.Upsertions)
        {
            ControllerError? refused = FindFault(upsertion);
            changes.Add((upsertion.Name, refused is null ? Record(upsertion) : null, refused));
        }

        List<IMetadataRecord> records = [];
        AlterUserScramCredentialsResponse response = new();
        foreach (var user in changes.GroupBy(change => change.User, StringComparer.Ordinal))
        {
            // The first thing wrong of a user counts, and what is asked for twice is not done at all.
            ControllerError? refused = user.First().Refused
                ?? (user.Skip(1).Any() ? new ControllerError(ErrorCode.DuplicateResource, Twice) : null);
            if (refused is null)
                records.Add(user.First().Record!);
            response.Results.Add(new AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult
            {
                User = user.Key,
                ErrorCode = refused?.Code ?? ErrorCode.None,
                ErrorMessage = refused?.Message,
            });
        }

        return new Decision<AlterUserScramCredentialsResponse>(records, response);
    }

    private static ControllerError? FindFault(
        ClusterImage image, AlterUserScramCredentialsRequest.ScramCredentialDeletion deletion)
    {
        if (FindFault(deletion.Name, deletion.Mechanism) is { } fault)
            return fault;
        return image.ScramCredentials.ContainsKey(new ScramUser(deletion.Name, deletion.Mechanism))
            ? null
            : new ControllerError(
                ErrorCode.ResourceNotFound, "Attempt to delete a user credential that does not exist");
    }

    private static ControllerError? FindFault(AlterUserScramCredentialsRequest.ScramCredentialUpsertion upsertion)
    {
        if (FindFault(upsertion.Name, upsertion.Mechanism) is { } fault)
            return fault;
        return upsertion.Iterations switch
        {
            < ScramMechanism.IterationsMin =>
                new ControllerError(ErrorCode.UnacceptableCredential, "Too few iterations"),
            > ScramMechanism.IterationsMax =>
                new ControllerError(ErrorCode.UnacceptableCredential, "Too many iterations"),
            _ => null,
        };
    }

    private static ControllerError? FindFault(string user, sbyte mechanism)
    {
        if (user.Length == 0)
            return new ControllerError(ErrorCode.UnacceptableCredential, "Username must not be empty");
        return ScramMechanism.Find(mechanism) is null
            ? new ControllerError(ErrorCode.UnsupportedSaslMechanism, "Unknown SCRAM mechanism")
            : null;
    }

    private static RemoveUserScramCredentialRecord Removal(
        AlterUserScramCredentialsRequest.ScramCredentialDeletion deletion) =>
        new() { Name = deletion.Name, Mechanism = deletion.Mechanism };

    private static UserScramCredentialRecord Record(
        AlterUserScramCredentialsRequest.ScramCredentialUpsertion upsertion)
    {
        ScramCredential credential = ScramMechanism.Find(upsertion.Mechanism)!
            .CreateCredential(upsertion.SaltedPassword, upsertion.Salt, upsertion.Iterations);
        return Record(new ScramUser(upsertion.Name, upsertion.Mechanism), credential);
    }

    /// <summary>Makes the record of a credential.</summary>
    /// <param name="user">Whose it is.</param>
    /// <param name="credential">The credential.</param>
    /// <returns>The record.</returns>
    public static UserScramCredentialRecord Record(ScramUser user, ScramCredential credential) => new()
    {
        Name = user.User,
        Mechanism = user.Mechanism,
        Salt = [.. credential.Salt],
        StoredKey = [.. credential.StoredKey],
        ServerKey = [.. credential.ServerKey],
        Iterations = credential.Iterations,
    };
}
