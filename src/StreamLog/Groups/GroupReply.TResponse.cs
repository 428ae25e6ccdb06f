using StreamLog.Coordinators;

namespace StreamLog.Groups;

/// <summary>The answer that a request to a group waits for. A group keeps it where it answers late.</summary>
/// <typeparam name="TResponse">The response.</typeparam>
/// <param name="refusal">Makes the response that tells an error.</param>
internal sealed class GroupReply<TResponse>(Func<ErrorCode, TResponse> refusal) : Reply<TResponse>(refusal)
    where TResponse : class;
