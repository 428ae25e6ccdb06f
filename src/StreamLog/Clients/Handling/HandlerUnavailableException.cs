namespace StreamLog.Clients.Handling;

/// <summary>There is no handler to give records to: none of them is at fault.</summary>
/// <param name="inner">Why it could not be made.</param>
internal sealed class HandlerUnavailableException(Exception inner)
    : Exception($"The handler could not be made: {inner.Message}", inner);
