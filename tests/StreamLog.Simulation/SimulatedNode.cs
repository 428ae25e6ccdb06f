namespace StreamLog.Simulation;

/// <summary>
/// A file or a directory of a <see cref="SimulatedDisk"/>, which owns it and guards it. It may have a name, or none.
/// </summary>
internal abstract class SimulatedNode;
