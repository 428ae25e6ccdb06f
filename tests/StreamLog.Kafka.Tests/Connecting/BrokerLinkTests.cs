using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Kafka.Connecting;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Connections to a broker that takes what it is sent and answers nothing, or not even takes it.</summary>
[Collection(CountedBuffers.Name)]
public sealed class BrokerLinkTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly KafkaClusterOptions _options = new() { BootstrapServers = "localhost:9092" };
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();

    public BrokerLinkTests()
    {
        _silent.Server.ReceiveBufferSize = 4096;
        _silent.Start();
    }

    private ClusterParts Parts =>
        new(_options, _time, NullLogger.Instance, static _ => { }, _closing.Token);

    private BrokerAddress Address => new("127.0.0.1", ((IPEndPoint)_silent.LocalEndpoint).Port);

    public void Dispose()
    {
        _closing.Cancel();
        _silent.Dispose();
        _closing.Dispose();
    }

    [Fact]
    public async Task A_request_that_is_answered_before_its_writer_knows_that_it_is_written_was_taken()
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (BrokerConnection connection, Socket broker) = await ConnectAsync(written.Task);
        BrokerCall call = CallOf(new HeartbeatRequest());
        Task writing = connection.WriteAsync(call, 0).AsTask();
        await broker.SendAsync(new byte[] { 0, 0, 0, 6, 0, 0, 0, 0, 0, 0 });
        await call.Answer;

        _time.Advance(_options.RequestTimeout);
        connection.CheckTimes(TimeSpan.MaxValue);

        Assert.True(connection.IsOpen);
        written.SetResult();
        await writing;
    }

    [Fact]
    public async Task A_write_that_the_broker_does_not_take_fails_the_connection()
    {
        (BrokerConnection connection, Socket _) = await ConnectAsync();
        ProduceRequest request = Batches.Produce("orders", 0, new string('x', 16_000_000));
        BrokerCall call = CallOf(request);
        Task writing = connection.WriteAsync(call, 9).AsTask();

        _time.Advance(_options.RequestTimeout - TimeSpan.FromTicks(1));
        Assert.False(connection.CheckTimes(TimeSpan.Zero));
        Assert.True(connection.IsOpen);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(connection.CheckTimes(TimeSpan.Zero));

        Assert.False(connection.IsOpen);
        await writing;
        StreamLogException late = await Assert.ThrowsAnyAsync<StreamLogException>(() => call.Answer);
        Assert.Equal(ErrorCode.NetworkException, late.ErrorCode);
        Assert.IsType<TimeoutException>(late.InnerException);
    }

    [Fact]
    public async Task A_request_for_a_connection_that_is_gone_was_not_sent()
    {
        (BrokerConnection connection, Socket _) = await ConnectAsync();
        connection.Fail(new EndOfStreamException("the broker closed the connection."));
        BrokerCall call = CallOf(new HeartbeatRequest { GroupId = "g", MemberId = "m" });

        await connection.WriteAsync(call, 1);

        BrokerUnreachableException unsent =
            await Assert.ThrowsAsync<BrokerUnreachableException>(() => call.Answer);
        Assert.False(unsent.IsOutcomeUnknown);
        Assert.Equal(
            $"The broker {Address} cannot be reached: the broker closed the connection. Nothing was sent to it.",
            unsent.Message);
    }

    [Fact]
    public async Task A_request_whose_connection_is_lost_while_it_is_written_may_be_done()
    {
        (BrokerConnection connection, Socket _) = await ConnectAsync();
        ProduceRequest request = Batches.Produce("orders", 0, new string('x', 16_000_000));
        BrokerCall call = CallOf(request);
        Task writing = connection.WriteAsync(call, 9).AsTask();

        connection.Fail(new IOException("it was pulled out."));

        await writing;
        StreamLogException lost = await Assert.ThrowsAsync<StreamLogException>(() => call.Answer);
        Assert.True(lost.IsOutcomeUnknown);
    }

    [Fact]
    public async Task Requests_that_wait_for_a_connection_are_given_up_in_time()
    {
        _options.RequestTimeout = TimeSpan.FromMinutes(1);
        BrokerLink link = new(Address, "app", Parts, static _ => { });
        Apis.TryGet(ApiKey.Metadata, out ApiDescription? api);
        _options.ConnectTimeout = TimeSpan.FromHours(1);
        Task<object?> first = link.SendAsync(api!, new MetadataRequest(), CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(30));
        Task<object?> second = link.SendAsync(api!, new MetadataRequest(), CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        link.CheckTimes(TimeSpan.FromHours(1));
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        link.CheckTimes(TimeSpan.FromHours(1));
        Assert.True(first.IsCompleted);
        BrokerUnreachableException unsent = await Assert.ThrowsAsync<BrokerUnreachableException>(() => first);
        Assert.EndsWith("the request has waited for 00:01:00 to be sent. Nothing was sent to it.", unsent.Message);
        Assert.False(second.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(30));
        link.CheckTimes(TimeSpan.FromHours(1));
        Assert.True(second.IsCompleted);
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => second);
        await _closing.CancelAsync();
    }

    [Fact]
    public async Task A_link_that_opens_its_connection_is_not_given_up()
    {
        BrokerLink link = new(Address, "app", Parts, static _ => { });
        Apis.TryGet(ApiKey.Metadata, out ApiDescription? api);
        Assert.True(link.CheckTimes(TimeSpan.Zero));

        Task<object?> answer = link.SendAsync(api!, new MetadataRequest(), CancellationToken.None);

        Assert.False(link.CheckTimes(TimeSpan.Zero));
        await _closing.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => answer);
    }

    [Fact]
    public void What_was_read_for_a_client_that_is_gone_is_given_back()
    {
        using LinkPool pool = new(Parts, static _ => { });
        long before = RecordBuffer.Outstanding;
        ReadAsSomebody(pool);
        Assert.Equal(before + 1, RecordBuffer.Outstanding);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(before, RecordBuffer.Outstanding);
    }

    [Fact]
    public async Task The_longest_throttle_holds()
    {
        (BrokerConnection connection, Socket broker) = await ConnectAsync();
        foreach (byte seconds in new byte[] { 8, 1 })
        {
            BrokerCall call = CallOf(new HeartbeatRequest { GroupId = "g", MemberId = "m" });
            await connection.WriteAsync(call, 1);
            byte number = seconds == 8 ? (byte)0 : (byte)1;
            await broker.SendAsync(new byte[] { 0, 0, 0, 10, 0, 0, 0, number, 0, 0, seconds, 0, 0, 0 });
            await call.Answer;
        }

        Assert.Equal(TimeSpan.FromMilliseconds(8 * 256), connection.MutedFor);
        connection.Fail(new IOException("The test is over."));
        broker.Dispose();
    }

    [Fact]
    public void All_that_an_application_says_of_encryption_holds()
    {
        SslClientAuthenticationOptions said = new();
        PropertyInfo[] all = typeof(SslClientAuthenticationOptions).GetProperties();
        foreach (PropertyInfo property in all)
            property.SetValue(said, Other(property, property.GetValue(said)));

        SslClientAuthenticationOptions copy = ConnectionOpener.ForHost(said, "elsewhere");

        Assert.All(all, property => Assert.Equal(property.GetValue(said), property.GetValue(copy)));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(2_000_000_000)]
    [InlineData(-1)]
    public void A_partition_of_any_number_does_no_harm(int number)
    {
        TopicPlaces places = new(Topic(leader: 1, epoch: 0, number), before: null, takenAt: 0);

        Assert.Equal(1, places.FindLeader(number));
        Assert.Null(places.FindLeader(7));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void An_older_epoch_counts_where_what_was_known_is_doubted(bool isDoubted, int leader)
    {
        TopicPlaces before = new(Topic(leader: 1, epoch: 5), before: null, takenAt: 0) { IsDoubted = isDoubted };

        TopicPlaces places = new(Topic(leader: 2, epoch: 0), before, takenAt: 1);

        Assert.Equal(leader, places.FindLeader(0));
    }

    private static MetadataResponse.MetadataResponseTopic Topic(int leader, int epoch, int partition = 0) => new()
    {
        Name = "orders",
        Partitions = [new() { PartitionIndex = partition, LeaderId = leader, LeaderEpoch = epoch }],
    };

    private static object Other(PropertyInfo property, object? value) => value switch
    {
        bool flag => !flag,
        Enum => Enum.GetValues(property.PropertyType).Cast<object>().First(other => !other.Equals(value)),
        _ when property.PropertyType == typeof(string) => "broker",
        _ when property.PropertyType == typeof(X509CertificateCollection) => new X509CertificateCollection(),
        _ when property.PropertyType == typeof(LocalCertificateSelectionCallback) =>
            (LocalCertificateSelectionCallback)((_, _, _, _, _) => null!),
        _ when property.PropertyType == typeof(RemoteCertificateValidationCallback) =>
            (RemoteCertificateValidationCallback)((_, _, _, _) => false),
        _ => RuntimeHelpers.GetUninitializedObject(property.PropertyType),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadAsSomebody(LinkPool pool)
    {
        FetchRequest request = Batches.Fetch("orders", 0);
        FetchResponse response = new()
        {
            Responses =
            [
                new() { Topic = "orders", Partitions = [new() { Records = RecordBuffer.CopyOf([1, 2, 3]) }] },
            ],
        };
        HashSet<FetchPosition> wanted = [FetchPosition.Of(request.Topics[0], request.Topics[0].Partitions[0])];
        pool.Of(RequestContext.ForLocalClient("gone")).Fetches.Gather(
            Address, request, wanted, (_, _) => Task.FromResult(response), []);
    }

    private static BrokerCall CallOf<TResponse>(IRequest<TResponse> request)
        where TResponse : class
    {
        Apis.TryGet(request.ApiKey, out ApiDescription? api);
        return new BrokerCall(api!, request, TimeSpan.Zero);
    }

    private async Task<(BrokerConnection Connection, Socket Broker)> ConnectAsync(Task? written = null)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, Address.Port);
        Socket broker = await _silent.AcceptSocketAsync();
        LateStream stream = new(socket, written ?? Task.CompletedTask);
        return (new BrokerConnection(socket, stream, Address, "app", Parts), broker);
    }

    /// <summary>One whose writers learn late that they have written.</summary>
    private sealed class LateStream(Socket socket, Task written) : NetworkStream(socket, ownsSocket: false)
    {
        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            await written;
        }
    }
}
