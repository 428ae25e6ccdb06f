namespace StreamLog;

/// <summary>An expected failure of StreamLog, named by its <see cref="ErrorCode"/>.</summary>
/// <remarks>The message says the fact, then what the reader can do about it.</remarks>
public class StreamLogException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errorCode">What went wrong.</param>
    /// <param name="message">The fact, and what can be done.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public StreamLogException(ErrorCode errorCode, string message, Exception? innerException = null)
        : base(message, innerException) => ErrorCode = errorCode;

    /// <summary>Gets what went wrong.</summary>
    public ErrorCode ErrorCode { get; }

    /// <summary>Gets whether the same call may succeed later without anybody's help.</summary>
    public bool IsRetriable => ErrorCodes.IsRetriable(ErrorCode);

    /// <summary>Gets whether the client that got it can never succeed again and must be replaced.</summary>
    public bool IsFatal => ErrorCodes.IsFatal(ErrorCode);

    /// <summary>Gets whether the outcome is unknown: what was asked for may have happened, or may yet.</summary>
    public virtual bool IsOutcomeUnknown => ErrorCodes.IsOutcomeUnknown(ErrorCode);
}
