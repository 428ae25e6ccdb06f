namespace StreamLog.Tests.Node;

/// <summary>What a node takes up at one moment.</summary>
internal readonly record struct SoakFootprint(int Files, long DiskBytes, int OpenHandles, int Timers, long Memory)
{
    // Where in its round each topic is differs from one moment to the other.
    private const int FilesMargin = 60;
    private const int DiskMargin = 512 * 1024;
    private const int HandlesMargin = 30;
    private const int TimersMargin = 20;

    // Of this the model itself has a part, and caches that are not full at the first moment.
    private const long MemoryMargin = 10 * 1024 * 1024;

    public bool IsWithin(in SoakFootprint before) =>
        Files <= before.Files + FilesMargin
        && DiskBytes <= before.DiskBytes + DiskMargin
        && OpenHandles <= before.OpenHandles + HandlesMargin
        && Timers <= before.Timers + TimersMargin
        && Memory <= before.Memory + MemoryMargin;

    public override string ToString() =>
        $"{Files} files, {DiskBytes:N0} bytes on disk, {OpenHandles} handles, {Timers} timers, {Memory:N0} in memory";
}
