using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>Joins what several brokers list. Stateless.</summary>
internal static class JoinedLists
{
    /// <summary>Adds one list to another.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="into">The list that is added to.</param>
    /// <param name="more">What is added.</param>
    /// <returns><paramref name="into"/>, with the error of either.</returns>
    public static TResponse Join<TResponse>(TResponse into, TResponse more)
        where TResponse : class
    {
        switch (into, more)
        {
            case (ListGroupsResponse all, ListGroupsResponse others):
                all.ErrorCode = First(all.ErrorCode, others.ErrorCode);
                all.Groups.AddRange(others.Groups);
                break;
            case (ListTransactionsResponse all, ListTransactionsResponse others):
                all.ErrorCode = First(all.ErrorCode, others.ErrorCode);
                all.UnknownStateFilters = [.. all.UnknownStateFilters.Union(others.UnknownStateFilters)];
                all.TransactionStates.AddRange(others.TransactionStates);
                break;
            case (DescribeLogDirsResponse all, DescribeLogDirsResponse others):
                all.ErrorCode = First(all.ErrorCode, others.ErrorCode);
                all.Results.AddRange(others.Results);
                break;
        }

        return into;
    }

    private static ErrorCode First(ErrorCode one, ErrorCode other) => one != ErrorCode.None ? one : other;
}
