namespace StreamLog.Groups.Consumer;

/// <summary>Why a request is refused. Immutable.</summary>
/// <param name="Error">The error to answer.</param>
/// <param name="Message">The same in words.</param>
internal sealed record GroupRefusal(ErrorCode Error, string Message);
