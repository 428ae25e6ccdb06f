namespace StreamLog.Groups;

/// <summary>What the errors of a group's log mean to its members. Stateless.</summary>
internal static class MemberErrors
{
    /// <summary>Returns the error to answer a member with.</summary>
    /// <param name="error">The error of the log.</param>
    /// <returns>The error. A commit's means nothing to who does not commit: the group has too much to say for one batch
    /// of records.</returns>
    public static ErrorCode Of(ErrorCode error) =>
        error == ErrorCode.InvalidCommitOffsetSize ? ErrorCode.UnknownServerError : error;
}
