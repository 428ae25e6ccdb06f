using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

// Goal: whatever is lost, late, refused or repeated on the way, what the producer acknowledges stands in the log once,
// in order. Method: for each seed a broker that fails requests at random in every way it can, and virtual time; then
// the log itself is read.
public sealed class ProducerFaultTests
{
    private const ulong Seeds = 20;
    private const int Partitions = 2;
    private const int Records = 60;

    [Fact]
    public async Task Every_acknowledged_record_stands_there_once_and_in_order()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
            await RunAsync(seed, TimeSpan.FromHours(10), errorsPass: true);
    }

    [Fact]
    public async Task With_records_that_are_given_up_the_others_still_stand_there_once_and_in_order()
    {
        for (ulong seed = 1001; seed <= 1000 + Seeds; seed++)
            await RunAsync(seed, TimeSpan.FromMilliseconds(300), errorsPass: false);
    }

    private static async Task RunAsync(ulong seed, TimeSpan deliveryTimeout, bool errorsPass)
    {
        SimulatedEnvironment environment = new(seed);
        SimulatedRandom random = new(seed * 7919);
        ScriptedBroker broker = new ScriptedBroker().Add("orders", Partitions);
        broker.Script = request => Fault(request, random, environment, errorsPass);
        ProducerOptions options = new()
        {
            BatchBytes = 150,
            RequestTimeout = TimeSpan.FromMilliseconds(60),
            RetryBackoff = TimeSpan.FromMilliseconds(5),
            RetryBackoffMax = TimeSpan.FromMilliseconds(20),
            DeliveryTimeout = deliveryTimeout,
            MaxInFlight = 1 + random.Next(5),
            Linger = TimeSpan.FromMilliseconds(random.Next(2) * 10),
        };
        Producer<string, string> producer = new(
            broker, environment, options, Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);

        List<Task<LogPosition>> appends = [];
        for (int i = 0; i < Records; i++)
        {
            appends.Add(producer.AppendAsync("orders", new("k", $"{i}") { Partition = i % Partitions }).AsTask());
            if (random.NextChance(0.1))
            {
                await environment.RunAsync(
                    Task.WhenAny(appends[^1], Task.Delay(TimeSpan.FromMilliseconds(40), environment.Time)));
            }
        }

        List<(int Record, LogPosition Position)> acknowledged = [];
        for (int i = 0; i < Records; i++)
        {
            try
            {
                acknowledged.Add((i, await environment.RunAsync(appends[i])));
            }
            catch (StreamLogException exception)
            {
                Assert.False(errorsPass, $"Seed {seed}: {exception.Message}");
            }
        }

        await environment.RunAsync(producer.DisposeAsync());
        Check(seed, broker, acknowledged);
    }

    private static void Check(ulong seed, ScriptedBroker broker, List<(int Record, LogPosition Position)> acknowledged)
    {
        for (int partition = 0; partition < Partitions; partition++)
        {
            Dictionary<long, int> log = broker.Partition("orders", partition).Records().ToDictionary(
                record => record.Offset,
                record => int.Parse(Encoding.UTF8.GetString(record.Value), CultureInfo.InvariantCulture));
            int[] inOrder = [.. log.OrderBy(pair => pair.Key).Select(pair => pair.Value)];
            Assert.True(
                inOrder.SequenceEqual(inOrder.Distinct().Order()), $"Seed {seed}, partition {partition}: "
                    + $"{string.Join(' ', inOrder)}");
            foreach (
                (int record, LogPosition position) in acknowledged.Where(pair => pair.Position.Partition == partition))
            {
                Assert.True(
                    log.GetValueOrDefault(
                        position.Offset, -1) == record || (position.Offset < 0 && inOrder.Contains(record)),
                    $"Seed {seed}: record {record} is not at {position}.");
            }
        }
    }

    private static Fault? Fault(
        object request, SimulatedRandom random, SimulatedEnvironment environment, bool errorsPass)
    {
        if (random.NextChance(0.6))
            return null;
        if (request is not ProduceRequest)
        {
            return random.NextChance(0.5)
                ? new Fault { Error = ErrorCode.CoordinatorLoadInProgress }
                : new Fault { LosesAnswer = true };
        }

        return random.Next(errorsPass ? 6 : 8) switch
        {
            0 => new Fault { Error = ErrorCode.NotLeaderOrFollower },
            1 => new Fault { LosesRequest = true },
            2 => new Fault { LosesAnswer = true },
            3 => new Fault { FailsAfterwards = true, Error = ErrorCode.NetworkException },
            4 => new Fault { Until = Task.Delay(TimeSpan.FromMilliseconds(random.Next(100)), environment.Time) },
            5 => new Fault { ArrivesAfter = Task.Delay(TimeSpan.FromMilliseconds(random.Next(200)), environment.Time) },
            6 => new Fault { Error = ErrorCode.InvalidTimestamp },
            _ => new Fault { Exception = new StreamLogException(ErrorCode.UnknownServerError, "Scripted.") },
        };
    }
}
