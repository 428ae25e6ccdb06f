namespace StreamLog.Metadata;

/// <summary>Whose credential, and for which mechanism.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Mechanism">The mechanism, as Kafka numbers it.</param>
internal readonly record struct ScramUser(string User, sbyte Mechanism) : IComparable<ScramUser>
{
    /// <inheritdoc/>
    public int CompareTo(ScramUser other) =>
        string.CompareOrdinal(User, other.User) is not 0 and int order ? order : Mechanism.CompareTo(other.Mechanism);
}
