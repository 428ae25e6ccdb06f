// A service that pays what animals have cost aircraft: a handler of records with retries and dead letters.
//
//     dotnet run --project samples/WorkerService                  runs until Ctrl+C
//     dotnet run --project samples/WorkerService -- --Once true   stops when all claims are handled
//
// Stop it, or kill it, in the middle: it goes on where it was.
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamLog;
using WorkerService;

// The settings lie beside the program, and what is asked for on the command line comes after them.
HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
    new HostApplicationBuilderSettings { Args = args, ContentRootPath = Environment.CurrentDirectory });
builder.Configuration
    .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
    .AddCommandLine(args);
builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole();

builder.Services.AddStreamLog()
    .AddTopic<string, Claim>("claims", topic =>
    {
        topic.Partitions = 3;
        topic.Key(claim => claim.Airport).Json(Json.Default);
    })
    .AddTopic<string, long>("payments")
    .AddHandler<string, Claim, PayClaim>("claims", group: "cashier", handler => handler
        .Concurrency(perPartitionByKey: 8)
        .Retry(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1))
        .DeadLetterTo("claims.dead"));

builder.Services.AddHealthChecks().AddStreamLog();
builder.Services.AddSingleton<Bank>();
builder.Services.AddHostedService<ClaimImport>();
if (builder.Configuration.GetValue<bool>("Once"))
    builder.Services.AddHostedService<Finish>();

await builder.Build().RunAsync();
