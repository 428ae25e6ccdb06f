using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StreamLog.Protocol;
using StreamLog.Testing;
using StreamLog.Tests.Clients;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>A host whose node another package has put a cluster in the place of.</summary>
public sealed class ClusterHostTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Topics_handlers_and_what_is_injected_are_those_of_the_cluster()
    {
        await using FakeKafka kafka = await StartAsync();
        Handled handled = new();
        using IHost host = Build(services =>
        {
            services.AddStreamLog()
                .AddTopic<string, string>("orders", topic => topic.Partitions = 3)
                .AddHandler<string, string>("orders", "billing", (record, _) => Note(handled, record));
            services.AddKeyedSingleton<IBroker>("", kafka.Brokers[0]);
        });
        await host.StartAsync(Stop);

        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "1", Stop);
        await handled.CountAsync(1);
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();
        Assert.Equal("billing", Assert.Single(log.Health.Handlers).Group);
        await host.StopAsync(Stop);

        Assert.Equal(3, (await kafka.Log.Admin.DescribeTopicAsync("orders", Stop)).Partitions.Count);
        Assert.Equal(
            1, (await kafka.Log.Admin.ListGroupOffsetsAsync("billing", Stop)).Values.Sum(offset => offset.Offset));
        Assert.Throws<ObjectDisposedException>(() => log.Topic<string, string>("orders"));
    }

    [Fact]
    public async Task Each_node_has_a_cluster_of_its_own_or_none()
    {
        await using FakeKafka kafka = await StartAsync();
        using IHost host = Build(services =>
        {
            services.AddStreamLog(options => options.InMemory = true).AddTopic<string, string>("orders");
            services.AddStreamLog("audit").AddTopic<string, string>("entries");
            services.AddKeyedSingleton<IBroker>("audit", kafka.Brokers[0]);
        });
        await host.StartAsync(Stop);

        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "1", Stop);
        await host.Services.GetRequiredKeyedService<ITopic<string, string>>("audit").AppendAsync("k", "2", Stop);
        Assert.Equal(["entries"], await kafka.Log.Admin.ListTopicsAsync(cancellationToken: Stop));
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task A_connection_that_is_none_leaves_the_node()
    {
        using IHost host = Build(services =>
        {
            services.AddStreamLog(options => options.InMemory = true).AddTopic<string, string>("orders");
            services.AddKeyedSingleton<IBroker>("", static (_, _) => null!);
        });
        await host.StartAsync(Stop);

        Assert.NotEmpty(host.Services.GetRequiredService<IStreamLog>().Topics);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task The_health_check_tells_of_handlers()
    {
        await using FakeKafka kafka = await StartAsync();
        using IHost host = Build(services =>
        {
            services.AddStreamLog()
                .AddTopic<string, string>("orders")
                .AddHandler<string, string>(
                    "orders",
                    "billing",
                    (_, _) => throw new InvalidOperationException("Not this one."),
                    settings => settings.Retry());
            services.AddKeyedSingleton<IBroker>("", kafka.Brokers[0]);
            services.AddHealthChecks().AddStreamLog();
        });
        await host.StartAsync(Stop);
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(Stop)).Status);

        await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "1", Stop);
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();
        await Eventually.HoldsAsync(() => log.Health.Handlers[0].Paused.Count > 0);
        HealthReport report = await health.CheckHealthAsync(Stop);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task The_connection_is_disposed_behind_what_uses_it()
    {
        await using FakeKafka kafka = await StartAsync();
        Owned? broker = null;
        using (IHost host = Build(services =>
        {
            services.AddStreamLog().AddTopic<string, string>("orders");
            services.Configure<StreamLogOptions>(options => options.Producer.Linger = TimeSpan.FromMinutes(1));
            services.AddKeyedSingleton<IBroker>("", (_, _) => broker = new Owned(kafka.Brokers[0]));
        }))
        {
            await host.StartAsync(Stop);

            // The host is not stopped, and its container disposes of everything.
            await host.Services.GetRequiredService<ITopic<string, string>>().EnqueueAsync("k", "1", Stop);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        Assert.True(broker!.IsDisposed);
        TopicPartition orders = new("orders", 0);
        Assert.Equal(1, (await kafka.Log.Admin.ListOffsetsAsync([orders], StartAt.Latest, Stop))[orders]);
    }

    private static ValueTask Note(Handled handled, Record<string, string> record)
    {
        handled.Add(record.Value);
        return ValueTask.CompletedTask;
    }

    private static Task<FakeKafka> StartAsync() => FakeKafka.StartAsync(options => options.Listens = false, Stop);

    private static IHost Build(Action<IServiceCollection> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder.Services);
        return builder.Build();
    }

    private sealed class Owned(IBroker broker) : IBroker, IAsyncDisposable
    {
        private volatile bool _isDisposed;

        public bool IsDisposed => _isDisposed;

        public IReadOnlyList<ApiVersionRange> SupportedApis => broker.SupportedApis;

        public ValueTask<TResponse> SendAsync<TResponse>(
            IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
            where TResponse : class
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return broker.SendAsync(request, context, cancellationToken);
        }

        public ValueTask DisposeAsync()
        {
            _isDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
