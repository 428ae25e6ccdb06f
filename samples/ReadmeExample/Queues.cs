using StreamLog;

namespace ReadmeExample;

/// <summary>What docs/queues.md shows.</summary>
internal static class Queues
{
    public static async Task WorkAsync(ITopic<string, string> jobs)
    {
        await using IShareConsumer<string, string> workers = jobs.ConsumeShared("workers");
        await foreach (SharedRecord<string, string> job in workers.ReadAllAsync())
            await RunAsync(job.Value);
    }

    public static async Task JudgeAsync(ITopic<string, string> jobs)
    {
        await using IShareConsumer<string, string> workers = jobs.ConsumeShared("workers", options =>
        {
            options.Acknowledge = AcknowledgeMode.Explicit;
            options.MaxRecords = 10;
            options.DeadLetterTopic = "jobs.dead";
        });
        await foreach (SharedRecord<string, string> job in workers.ReadAllAsync())
        {
            try
            {
                await RunAsync(job.Value);
                workers.Accept(job);
            }
            catch (FormatException exception)
            {
                workers.Reject(job, exception);
            }
            catch (IOException)
            {
                workers.Release(job);
            }

            await workers.CommitAsync();
        }
    }

    private static Task RunAsync(string job) => Console.Out.WriteLineAsync(job);
}
