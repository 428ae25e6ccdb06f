namespace StreamLog.Clients.Handling;

/// <summary>A push consumer, whatever its types.</summary>
internal interface IPushConsumer
{
    /// <summary>Tells how it fares. Thread-safe.</summary>
    /// <returns>A picture.</returns>
    HandlerHealth Describe();

    /// <summary>Stops reading, lets running handlers finish, and commits.</summary>
    /// <param name="hurry">Waits for running handlers no longer.</param>
    /// <returns>A task that completes when it has stopped.</returns>
    Task StopAsync(CancellationToken hurry);
}
