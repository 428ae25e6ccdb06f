namespace StreamLog.Clients.Handling;

/// <summary>Hands records to a handler: one attempt.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <param name="records">The records, at least one. Nobody changes the list.</param>
/// <param name="cancellationToken">Asks to give up.</param>
/// <returns>A task that completes when the records are done.</returns>
internal delegate ValueTask HandlerCall<TKey, TValue>(
    IReadOnlyList<Record<TKey, TValue>> records, CancellationToken cancellationToken);
