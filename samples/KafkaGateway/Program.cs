// A service that Kafka's clients reach: they produce orders, it answers each with an invoice, and they consume those.
//
//     dotnet run --project samples/KafkaGateway                                             runs until Ctrl+C
//     dotnet run --project samples/KafkaGateway -- --StreamLog:Listeners:Kafka:Address :0   on a port that is free
//
// README.md shows it with kcat. There is no broker beside it: the log is in its directory, and survives it.
using KafkaGateway;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamLog;
using StreamLog.Kafka;

// The settings lie beside the program, and what is asked for on the command line comes after them.
HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
    new HostApplicationBuilderSettings { Args = args, ContentRootPath = Environment.CurrentDirectory });
builder.Configuration
    .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
    .AddCommandLine(args);
builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole();

builder.Services.AddStreamLog()
    .AddKafkaListener(builder.Configuration.GetSection("StreamLog:Listeners:Kafka"))
    .AddTopic<string, Order>("orders", topic =>
    {
        topic.Partitions = 3;
        topic.Json(Json.Default);
    })
    .AddTopic<string, Invoice>("invoices", topic => topic.Json(Json.Default))
    .AddHandler<string, Order, WriteInvoice>("orders", group: "invoicing", handler => handler
        .Retry(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1))
        .DeadLetterTo("orders.dead"));

builder.Services.AddSingleton<PriceList>();
builder.Services.AddHostedService<Announcement>();

await builder.Build().RunAsync();
