namespace StreamLog.Simulation;

/// <summary>What a crash of a <see cref="SimulatedDisk"/> may leave of the operations that were not synced.</summary>
/// <remarks>
/// The default is the weakest promise that a file system makes: any of them, in any combination. Data that was synced
/// is never touched.
/// </remarks>
public sealed record CrashOptions
{
    /// <summary>
    /// Gets a value indicating whether operations reach the disk in order, so that a crash leaves the first few of
    /// them.
    /// </summary>
    public bool IsOrdered { get; init; }

    /// <summary>Gets a value indicating whether a write may reach the disk with its first sectors alone.</summary>
    public bool CanTear { get; init; }

    /// <summary>
    /// Gets a value indicating whether a write that did not reach the disk may leave garbage where it was to go.
    /// </summary>
    public bool CanLeaveGarbage { get; init; }
}
