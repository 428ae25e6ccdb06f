using StreamLog.Benchmarks.Scenarios;
using StreamLog.Benchmarks.Servers;

namespace StreamLog.Benchmarks.Commands;

/// <summary><c>serve [--directory DIR] [--durability WHICH] [--partitions N] [--bare]</c>: the other end of a load, in
/// a process of its own. Without a directory it keeps everything in memory.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        Arguments arguments = new(args, ["--directory", "--durability", "--partitions"], ["--bare"]);
        if (arguments.Has("--bare"))
        {
            using BareServer server = new();
            await AnswerAsync(server.Address);
            return 0;
        }

        await using StreamLogNode node = await Nodes.StartListeningAsync(
            arguments.Value("--directory"),
            Enum.Parse<Durability>(arguments.Value("--durability") ?? nameof(Durability.PageCache)));
        await node.Admin.CreateTopicAsync(Nodes.TopicName, arguments.Number("--partitions", 1));
        await AnswerAsync(node.Listeners[0].Address);
        return 0;
    }

    private static async Task AnswerAsync(string address)
    {
        Console.WriteLine(address);
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine(ServerFigures.Take());
    }
}
