namespace StreamLog.Transactions;

/// <summary>Rules for transactional ids.</summary>
internal static class TransactionalIds
{
    // As for the names of groups: an id is the key of a record.
    private const int LengthMax = 1024;

    /// <summary>Tells whether an id is legal.</summary>
    /// <param name="transactionalId">The id.</param>
    /// <returns><see langword="false"/> for none, an empty one, or one of more than 1024 characters.</returns>
    public static bool IsLegal(string? transactionalId) => transactionalId is { Length: > 0 and <= LengthMax };
}
