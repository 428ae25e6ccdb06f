namespace StreamLog.Groups;

/// <summary>The answer that a request to a group waits for. A group keeps it where it answers late.</summary>
/// <remarks>
/// A decision fills it in, under the gate of its partition; the partition gives it out once what was decided is
/// committed, or refuses it where that will never be.
/// </remarks>
internal abstract class GroupReply
{
    /// <summary>Gets whether a decision has filled it in.</summary>
    public abstract bool IsDecided { get; }

    /// <summary>Gives out what was decided.</summary>
    public abstract void Complete();

    /// <summary>Gives out an error in place of whatever was decided.</summary>
    /// <param name="error">What went wrong.</param>
    public abstract void Refuse(ErrorCode error);
}
