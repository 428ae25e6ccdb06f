using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>One fetch in a session, or one that begins a session. Made by the <see cref="FetchSessions"/> for one
/// request.</summary>
/// <param name="sessions">The sessions.</param>
/// <param name="asked">The request as its client has sent it.</param>
/// <param name="request">The request that names all that the client wants to read.</param>
/// <param name="session">The session that the request goes on with, or <see langword="null"/>.</param>
internal sealed class FetchInSession(
    FetchSessions sessions, FetchRequest asked, FetchRequest request, FetchSession? session)
{
    /// <summary>Gets the request that names all that the client wants to read.</summary>
    public FetchRequest Request => request;

    /// <summary>Turns the answer to <see cref="Request"/> into the answer for the client.</summary>
    /// <param name="response">The answer. It is changed, or disposed.</param>
    /// <returns>The answer for the client.</returns>
    public FetchResponse Complete(FetchResponse response)
    {
        if (response.ErrorCode != ErrorCode.None)
            return response;
        if (session is null)
        {
            if (asked.SessionEpoch == FetchSessions.Opening)
                response.SessionId = sessions.Open(asked, response);
            return response;
        }

        if (!session.TryPrune(asked.SessionEpoch, response))
        {
            response.Dispose();
            response = new FetchResponse { ErrorCode = ErrorCode.InvalidFetchSessionEpoch };
        }

        response.SessionId = session.Id;
        return response;
    }
}
