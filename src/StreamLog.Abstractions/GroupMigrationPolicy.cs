namespace StreamLog;

/// <summary>Which groups change their protocol while they have members.</summary>
public enum GroupMigrationPolicy
{
    /// <summary>Both of <see cref="Upgrade"/> and <see cref="Downgrade"/>.</summary>
    Bidirectional,

    /// <summary>A group of the classic protocol becomes one of the consumer protocol with the first member that joins
    /// by it. The others stay as they are, and are served side by side.</summary>
    Upgrade,

    /// <summary>A group of the consumer protocol becomes a classic one when all members that are left are of the
    /// classic protocol.</summary>
    Downgrade,

    /// <summary>None does.</summary>
    Disabled,
}
