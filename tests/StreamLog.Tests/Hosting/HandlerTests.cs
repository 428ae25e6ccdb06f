using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamLog.Tests.Clients;
using StreamLog.Tests.Diagnostics;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>Handlers in a host: how they are added, made, started, watched and stopped.</summary>
public sealed class HandlerTests
{
    [Fact]
    public async Task A_handler_is_made_for_each_attempt_in_a_scope_of_its_own()
    {
        Handled handled = new();
        using IHost host = Build(services =>
        {
            services.AddSingleton(handled);
            services.AddScoped<Scoped>();
            services.AddStreamLog(InMemory).AddTopic<string, string>("orders")
                .AddHandler<string, string, Careless>("orders", "g", settings => settings.Retry(TimeSpan.Zero));
        });
        await host.StartAsync();

        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "v");
        await handled.CountAsync(4);
        await host.StopAsync();

        // The handler and its scope are new at the second attempt, and each scope is disposed.
        Assert.Equal(["v in scope 1", "scope 1 ends", "v in scope 2", "scope 2 ends"], handled.Values);
    }

    [Fact]
    public async Task Delegates_and_batch_handlers_work_on_nodes_with_and_without_a_name()
    {
        Handled plain = new();
        Handled named = new();
        Handled batches = new();
        using IHost host = Build(services =>
        {
            services.AddSingleton(batches);
            services.AddStreamLog(InMemory).AddTopic<string, string>("orders")
                .AddHandler<string, string>("orders", "a", (record, _) => Note(plain, record))
                .AddBatchHandler<string, string, Lists>(
                    "orders", "b", settings => settings.Batches(2, TimeSpan.FromHours(1)));
            services.AddStreamLog("audit", options => options.InMemory = true).AddTopic<string, string>("orders")
                .AddHandler<string, string>("orders", "a", (provider, record, _) =>
                    Note(provider.GetRequiredService<Handled>() == batches ? named : plain, record));
        });
        await host.StartAsync();

        ITopic<string, string> orders = host.Services.GetRequiredService<ITopic<string, string>>();
        await orders.AppendAsync("k", "1");
        await orders.AppendAsync("k", "2");
        await host.Services.GetRequiredKeyedService<ITopic<string, string>>("audit").AppendAsync("k", "3");

        await Task.WhenAll(plain.CountAsync(2), named.CountAsync(1), batches.CountAsync(1));
        Assert.Equal(["1", "2"], plain.Values);
        Assert.Equal(["3"], named.Values);
        Assert.Equal(["12"], batches.Values);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_handler_holds_up_no_start_and_finishes_before_the_node_stops()
    {
        Handled begun = new();
        TaskCompletionSource mayFinish = new();
        using IHost host = Build(services => services.AddStreamLog(InMemory)
            .AddTopic<string, string>("orders").AddTopic<string, long>("done")
            .AddHandler<string, string>("orders", "g", async (provider, record, cancellationToken) =>
            {
                begun.Add(record.Value);
                await mayFinish.Task;

                // The node still works.
                await provider.GetRequiredService<ITopic<string, long>>().AppendAsync("k", 1, cancellationToken);
                begun.Add("done");
            }));
        await host.StartAsync();
        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "v");
        await begun.CountAsync(1);

        Task stop = host.StopAsync();
        Assert.False(stop.IsCompleted);
        mayFinish.SetResult();
        await stop;

        Assert.Equal(["v", "done"], begun.Values);
    }

    [Fact]
    public async Task All_handlers_of_a_host_stop_side_by_side()
    {
        Handled begun = new();
        TaskCompletionSource mayFinish = new();
        using IHost host = Build(services => services.AddStreamLog(InMemory).AddTopic<string, string>("orders")
            .AddHandler<string, string>("orders", "quick", (_, _) => ValueTask.CompletedTask)
            .AddHandler<string, string>("orders", "slow", async (record, _) =>
            {
                begun.Add(record.Value);
                await mayFinish.Task;
            })
            .AddHandler<string, string>("orders", "other", (_, _) => ValueTask.CompletedTask));
        await host.StartAsync();
        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "v");
        await begun.CountAsync(1);
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();

        Task stop = host.StopAsync();

        // Whatever their order, none waits for the slow one.
        await Eventually.HoldsAsync(() =>
            log.Health.Handlers.Count(handler => handler.State == HandlerState.Stopped) == 2);
        Assert.False(stop.IsCompleted);
        mayFinish.SetResult();
        await stop;
    }

    [Fact]
    public async Task A_record_larger_than_others_may_send_is_put_aside_all_the_same()
    {
        const int Large = 2 * 1024 * 1024;
        using IHost host = Build(services => services.AddStreamLog(InMemory)
            .AddTopic<string, string>("orders", topic => topic.MaxMessageBytes = 2 * Large)
            .AddTopic<string, string>("dead", topic => topic.MaxMessageBytes = 2 * Large)
            .AddHandler<string, string>(
                "orders",
                "g",
                (_, _) => throw new InvalidOperationException("No."),
                settings => settings.Retry().DeadLetterTo("dead")));
        await host.StartAsync();
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();
        await using (IProducer<string, string> producer = log.CreateProducer<string, string>(
            options => (options.MaxRequestBytes, options.BufferBytes) = (2 * Large, 4 * Large)))
        {
            await producer.AppendAsync("orders", new("k", new string('v', Large)));
        }

        await Eventually.HoldsAsync(() => log.Topics.Single(topic => topic.Name == "dead")
            .Partitions.Sum(partition => partition.HighWatermark) == 1);
        await host.StopAsync();
    }

    [Fact]
    public async Task No_record_is_given_up_because_the_handler_cannot_be_made()
    {
        Handled handled = new();
        int made = 0;
        using IHost host = Build(services =>
        {
            services.AddSingleton(handled);
            services.AddScoped(provider => ++made < 3
                ? throw new InvalidOperationException("Not yet.")
                : new Plain(provider.GetRequiredService<Handled>()));
            services.AddStreamLog(InMemory).AddTopic<string, string>("orders")
                .AddHandler<string, string, Plain>(
                    "orders", "g", settings => settings.Retry().WhenExhausted(WhenExhausted.Skip));
        });
        await host.StartAsync();

        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "v");
        await handled.CountAsync(1);
        await host.StopAsync();

        Assert.Equal((3, "v"), (made, handled.Values[0]));
    }

    [Fact]
    public async Task A_handler_that_stands_makes_the_node_unhealthy_and_says_where()
    {
        LogLines lines = new();
        using IHost host = Build(services =>
        {
            services.AddLogging(logging => logging.AddProvider(lines));
            services.AddStreamLog(InMemory).AddTopic<string, string>("orders")
                .AddHandler<string, string>(
                    "orders", "g", (_, _) => throw new InvalidOperationException("No."), settings => settings.Retry());
            services.AddHealthChecks().AddStreamLog(configure: options => options.DegradedAvailableBytes = 1);
        });
        await host.StartAsync();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);

        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "v");
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();
        await Eventually.HoldsAsync(() => log.Health.Handlers.Single().Paused.Count == 1);

        HealthReportEntry entry = await CheckAsync(host);
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Equal(
            "The handler of group 'g' on topic 'orders' has failed on orders-0@0, and does not pass. The log says why.",
            entry.Description);
        Assert.Contains(lines.Lines, line => line.StartsWith("5306 ", StringComparison.Ordinal));
        await host.StopAsync();
    }

    [Fact]
    public void What_is_wrong_with_a_handler_is_judged()
    {
        StreamLogHealthCheckOptions options = new() { UnhealthyHandlingAge = TimeSpan.FromHours(1) };
        HandlerHealth well = new("orders", "g") { State = HandlerState.Running, OldestAge = TimeSpan.FromMinutes(4) };
        LogPosition position = new("orders", 1, 7);

        Assert.Equal(HealthStatus.Healthy, Judge(well).Status);
        Assert.Equal(HealthStatus.Healthy, Judge(well with { State = HandlerState.Stopped }).Status);
        HealthJudgement late = Judge(well with { OldestAge = TimeSpan.FromMinutes(5), Oldest = position });
        Assert.Equal(HealthStatus.Degraded, late.Status);
        Assert.Contains("has had orders-1@7 for 300 s", late.Description);
        Assert.Equal(HealthStatus.Unhealthy, Judge(well with { OldestAge = TimeSpan.FromHours(1) }).Status);
        InvalidOperationException failure = new("It is broken.");
        foreach ((HandlerState state, string sentence) in new[]
        {
            (HandlerState.Stopped, "has stopped: It is broken."),
            (HandlerState.Starting, "cannot read: It is broken."),
            (HandlerState.Running, "cannot put a record aside: It is broken."),
        })
        {
            HealthJudgement broken = Judge(well with { State = state, Failure = failure });
            Assert.Equal(HealthStatus.Unhealthy, broken.Status);
            Assert.Contains(sentence, broken.Description);
        }

        HealthJudgement Judge(HandlerHealth handler) =>
            HealthJudgement.Of(new NodeHealth { Handlers = [handler] }, options);
    }

    [Fact]
    public async Task What_handlers_do_i_counted()
    {
        Meter? made = null;
        using RecordedMetrics metrics = new(meter => ReferenceEquals(meter, made));
        using IHost host = Build(services =>
        {
            services.AddSingleton<IMeterFactory>(new OneMeter(meter => made = meter));
            services.AddStreamLog(InMemory).AddTopic<string, string>("orders")
                .AddHandler<string, string>(
                    "orders",
                    "g",
                    (record, _) => record.Value == "bad" ? throw new InvalidOperationException("No.") : default,
                    settings => settings.Retry(TimeSpan.Zero, TimeSpan.Zero).DeadLetterTo("dead"))
                .AddHandler<string, string>(
                    "orders",
                    "skips",
                    (record, _) => record.Value == "bad" ? throw new InvalidOperationException("No.") : default,
                    settings => settings.Retry().WhenExhausted(WhenExhausted.Skip))
                .AddHandler<string, string>(
                    "orders",
                    "stands",
                    (record, _) => record.Value == "bad" ? throw new InvalidOperationException("No.") : default,
                    settings => settings.Retry());
        });
        await host.StartAsync();
        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "bad");
        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "good");
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();
        (string, object) topic = ("topic", "orders");
        (string, object) puts = ("group", "g");
        (string, object) stands = ("group", "stands");
        await Eventually.HoldsAsync(() =>
            log.Health.Handlers.Single(handler => handler.Group == "stands") is { InFlight: 2, Paused.Count: 1 }
            && metrics.Sum("streamlog.handler.skips", topic, ("group", "skips")) == 1
            && metrics.Sum("streamlog.handler.dead_letters", topic, puts) == 1
            && log.Health.Handlers.Single(handler => handler.Group == "g").InFlight == 0);

        Assert.Equal(3, metrics.Sum("streamlog.handler.failures", topic, puts));
        Assert.Equal(2, metrics.Sum("streamlog.handler.retries", topic, puts));
        metrics.Observe();
        Assert.Equal(1, metrics.One("streamlog.handler.paused", topic, stands));
        Assert.Equal(2, metrics.One("streamlog.handler.in_flight", topic, stands));
        Assert.Equal(0, metrics.One("streamlog.handler.in_flight", topic, puts));
        Assert.Equal(1, metrics.One("streamlog.handler.running", topic, stands));
        Assert.True(metrics.One("streamlog.handler.oldest_age", topic, stands) > 0);
        Assert.Equal(0, metrics.One("streamlog.handler.oldest_age", topic, puts));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_topic_that_nothing_decodes_stops_the_start()
    {
        using IHost host = Build(services => services.AddStreamLog(InMemory)
            .AddHandler<string, Handled>("orders", "g", (_, _) => default));

        StreamLogException exception = await Assert.ThrowsAsync<StreamLogException>(() => host.StartAsync());

        Assert.Contains("Nothing says how Handled is coded", exception.Message);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused_at_once()
    {
        IStreamLogBuilder builder = new ServiceCollection().AddStreamLog(InMemory);
        builder.AddHandler<string, string>("orders", "g", (_, _) => default);

        Assert.Contains("two handlers", Refused(() => Add("g", _ => { })));
        Assert.Contains("its own dead letters", Refused(() => Add("a", settings => settings.DeadLetterTo("orders"))));
        Assert.Contains("Raise Prefetch", Refused(() => Add("b", settings => settings.Prefetch(3).Concurrency(4))));
        Assert.Contains("takes batches", Refused(() =>
            builder.AddBatchHandler<string, string, Lists>("orders", "c", settings => settings.Concurrency(2))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Add("d", settings => settings.Prefetch(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Add("d", settings => settings.Prefetch(10, window: 9)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Add("d", settings => settings.Concurrency(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Add("d", settings => settings.Unordered(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Add("d", settings => settings.Retry(TimeSpan.FromTicks(-1))));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Add("d", settings => settings.DrainTimeout(TimeSpan.FromTicks(-1))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Add("d", settings => settings.Batches(0, TimeSpan.Zero)));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Add("d", settings => settings.WhenExhausted((WhenExhausted)9)));
        Assert.Throws<StreamLogException>(() => Add("d", settings => settings.DeadLetterTo("no/topic")));
        Assert.Throws<StreamLogException>(() => builder.AddHandler<string, string>("no/topic", "g", (_, _) => default));
        Assert.Throws<ArgumentException>(() => Add("", _ => { }));

        void Add(string group, Action<HandlerBuilder> configure) =>
            builder.AddHandler<string, string>("orders", group, (_, _) => default, configure);

        static string Refused(Action add) => Assert.Throws<InvalidOperationException>(add).Message;
    }

    private static ValueTask Note(Handled handled, Record<string, string> record)
    {
        handled.Add(record.Value);
        return ValueTask.CompletedTask;
    }

    private static void InMemory(StreamLogOptions options) => options.InMemory = true;

    private static IHost Build(Action<IServiceCollection> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        configure(builder.Services);
        return builder.Build();
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Values.Single();

    private sealed class Scoped(Handled handled) : IDisposable
    {
        private static int _count;

        public int Id { get; } = Interlocked.Increment(ref _count);

        public void Dispose() => handled.Add($"scope {Id} ends");
    }

    private sealed class Careless(Scoped scope, Handled handled) : IRecordHandler<string, string>
    {
        private bool _isUsed;

        public ValueTask HandleAsync(Record<string, string> record, CancellationToken cancellationToken)
        {
            Assert.False(_isUsed);
            _isUsed = true;
            handled.Add($"{record.Value} in scope {scope.Id}");
            return scope.Id == 1 ? throw new InvalidOperationException("Not at once.") : default;
        }
    }

    private sealed class Plain(Handled handled) : IRecordHandler<string, string>
    {
        public ValueTask HandleAsync(Record<string, string> record, CancellationToken cancellationToken) =>
            Note(handled, record);
    }

    private sealed class Lists(Handled handled) : IBatchHandler<string, string>
    {
        public ValueTask HandleAsync(
            IReadOnlyList<Record<string, string>> records, CancellationToken cancellationToken)
        {
            handled.Add(string.Concat(records.Select(record => record.Value)));
            return ValueTask.CompletedTask;
        }
    }

    private sealed class OneMeter(Action<Meter> made) : IMeterFactory
    {
        public Meter Create(MeterOptions options)
        {
            Meter meter = new(options);
            made(meter);
            return meter;
        }

        public void Dispose()
        {
        }
    }
}
