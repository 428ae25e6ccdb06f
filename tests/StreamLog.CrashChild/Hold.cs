namespace StreamLog.CrashChild;

/// <summary>Holds a data directory until the input ends.</summary>
internal static class Hold
{
    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The data directory.</param>
    public static async Task RunAsync(string[] arguments)
    {
        StreamLogOptions options = new() { DataDirectory = arguments[0] };
        await using StreamLogNode node = await StreamLogNode.StartAsync(options);
        new Report().Write("held");
        await Console.In.ReadToEndAsync();
    }
}
