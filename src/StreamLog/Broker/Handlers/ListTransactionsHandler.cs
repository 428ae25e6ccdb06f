using System.Text.RegularExpressions;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Lists the transactional ids that there are.</summary>
internal sealed class ListTransactionsHandler(BrokerParts parts)
    : ApiHandler<ListTransactionsRequest, ListTransactionsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<ListTransactionsResponse> HandleAsync(
        ListTransactionsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ListTransactionsResponse response = new();
        HashSet<TransactionStatus> states = [];
        foreach (string filter in request.StateFilters)
        {
            if (Enum.GetNames<TransactionStatus>().Contains(filter, StringComparer.Ordinal))
                states.Add(Enum.Parse<TransactionStatus>(filter));
            else
                response.UnknownStateFilters.Add(filter);
        }

        if (!TryParse(request.TransactionalIdPattern, out Regex? pattern))
        {
            response.ErrorCode = ErrorCode.InvalidRegularExpression;
            return new ValueTask<ListTransactionsResponse>(response);
        }

        long now = parts.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach ((string id, TransactionState state) in parts.Transactions.List())
        {
            bool isListed = (request.StateFilters.Count == 0 || states.Contains(state.Status))
                && (request.ProducerIdFilters.Count == 0 || request.ProducerIdFilters.Contains(state.ProducerId))
                && IsOldEnough(state, request.DurationFilter, now)
                && (pattern is null || pattern.IsMatch(id));
            if (!isListed)
                continue;

            response.TransactionStates.Add(new ListTransactionsResponse.TransactionState
            {
                TransactionalId = id,
                ProducerId = state.ProducerId,
                State = state.Status.ToString(),
            });
        }

        return new ValueTask<ListTransactionsResponse>(response);
    }

    private static bool IsOldEnough(TransactionState state, long durationMs, long now)
    {
        if (durationMs < 0)
            return true;

        bool isRunning = state.Status == TransactionStatus.Ongoing || state.IsEnding;
        return isRunning && now - state.StartMs > durationMs;
    }

    /// <summary>Reads a pattern, of which the whole id is to match, in linear time.</summary>
    private static bool TryParse(string? text, out Regex? pattern)
    {
        pattern = null;
        if (string.IsNullOrEmpty(text))
            return true;
        try
        {
            const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            _ = new Regex(text, Options); // By itself first, or brackets of its own could close ours.
            pattern = new Regex($@"\A(?:{text})\z", Options);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
