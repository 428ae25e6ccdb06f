namespace StreamLog.Storage;

/// <summary>Stands for repairs in the maintenance loop, so that there is one at a time and a stop waits for
/// it.</summary>
/// <remarks>Nothing is repaired but on the operator's word: it has no turns of its own.</remarks>
internal sealed class RepairTask : IMaintenanceTask
{
    public const string TaskName = "repair";

    public string Name => TaskName;

    public TimeSpan Interval => Timeout.InfiniteTimeSpan;

    public ValueTask RunAsync(CancellationToken stopping) => ValueTask.CompletedTask;
}
