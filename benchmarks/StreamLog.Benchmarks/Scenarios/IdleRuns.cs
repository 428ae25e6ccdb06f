using System.Diagnostics;
using System.Net;
using StreamLog.Benchmarks.Load;
using StreamLog.Benchmarks.Servers;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Connections that have asked something once and are quiet since: what the server holds for each.</summary>
internal static class IdleRuns
{
    private const int WarmUpConnections = 200;

    /// <summary>Opens connections to a bare loop, which read into a buffer each.</summary>
    public static Task<Measurement> OpenBareAsync(int connections) =>
        OpenAsync(connections, [RawConnection.ApiVersions()], "--bare");

    /// <summary>Opens connections to a listener, which ask for its versions.</summary>
    public static Task<Measurement> OpenAsync(int connections) =>
        OpenAsync(connections, [RawConnection.ApiVersions()]);

    /// <summary>Opens connections to a listener, which produce a record too.</summary>
    public static Task<Measurement> OpenAndProduceAsync(int connections) =>
        OpenAsync(connections, [RawConnection.ApiVersions(), RawConnection.Produce(256)]);

    private static async Task<Measurement> OpenAsync(int connections, byte[][] frames, params string[] arguments)
    {
        await using ServerProcess server = await ServerProcess.StartAsync(arguments);
        IPEndPoint address = IPEndPoint.Parse(server.Address);
        List<RawConnection> open = [];
        try
        {
            // What every server has once stays out of the account.
            Open(WarmUpConnections);
            ServerFigures before = await server.TakeFiguresAsync();
            TimeSpan worked = server.ProcessorTime;
            long begun = Stopwatch.GetTimestamp();
            Open(connections);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(begun);
            worked = server.ProcessorTime - worked;
            ServerFigures after = await server.TakeFiguresAsync();
            return new Measurement(connections, elapsed, worked, after.Allocated - before.Allocated, [])
            {
                RetainedBytes = (after.Managed - before.Managed) / (double)connections,
                Further = new Dictionary<string, double>
                {
                    ["B resident"] = (after.Resident - before.Resident) / (double)connections,
                },
            };
        }
        finally
        {
            foreach (RawConnection connection in open)
                connection.Dispose();
        }

        void Open(int count)
        {
            byte[] buffer = new byte[4096];
            for (int i = 0; i < count; i++)
            {
                RawConnection connection = RawConnection.Open(address);
                open.Add(connection);
                foreach (byte[] frame in frames)
                    connection.Ask(frame, buffer);
            }
        }
    }
}
