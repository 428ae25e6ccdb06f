namespace StreamLog.Simulation;

/// <summary>
/// The machine of a <see cref="SimulatedDisk"/> has no power: what was asked for did not happen, and nothing will.
/// </summary>
public sealed class PowerCutException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="operation">What was to be done.</param>
    public PowerCutException(string operation)
        : base($"The power was cut before this happened: {operation}.")
    {
    }
}
