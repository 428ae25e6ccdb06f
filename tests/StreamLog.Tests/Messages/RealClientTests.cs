using System.Globalization;
using System.Runtime.CompilerServices;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>
/// Goal: our bytes are the bytes that other implementations of the protocol make of the same values, and theirs are
/// read as those values. Method: fixtures that two libraries encoded; their README says how.
/// </summary>
public sealed class RealClientTests
{
    public static TheoryData<int> KafkaPython => [.. Enumerable.Range(0, KafkaPythonMessages.All.Length)];

    public static TheoryData<int> Platformatic => [.. Enumerable.Range(0, PlatformaticMessages.All.Length)];

    public static TheoryData<int> PlatformaticGroups =>
        [.. Enumerable.Range(0, PlatformaticGroupMessages.All.Length)];

    [Theory]
    [MemberData(nameof(KafkaPython))]
    public void A_message_is_what_kafka_python_makes_of_it(int index) =>
        AssertSame(Fixture("kafka-python.txt")[index], KafkaPythonMessages.All[index]);

    [Theory]
    [MemberData(nameof(Platformatic))]
    public void A_message_is_what_platformatic_makes_of_it(int index) =>
        AssertSame(Fixture("platformatic.txt")[index], PlatformaticMessages.All[index]);

    [Theory]
    [MemberData(nameof(PlatformaticGroups))]
    public void A_message_of_a_group_is_what_platformatic_makes_of_it(int index) =>
        AssertSame(Fixture("platformatic-groups.txt")[index], PlatformaticGroupMessages.All[index]);

    [Fact]
    public void A_request_header_is_what_kafka_python_makes_of_it()
    {
        string[] lines = Fixture("kafka-python.txt");
        WireReader reader = new(Convert.FromHexString(lines[^1].Split(' ')[2]));

        Assert.Equal(new RequestHeader(ApiKey.Metadata, 1, 7, "kafka-python"), RequestHeader.Read(ref reader));
        reader.End();
    }

    [Fact]
    public void Every_line_of_the_fixtures_is_checked()
    {
        Assert.Equal(KafkaPythonMessages.All.Length + 1, Fixture("kafka-python.txt").Length);
        Assert.Equal(PlatformaticMessages.All.Length, Fixture("platformatic.txt").Length);
        Assert.Equal(PlatformaticGroupMessages.All.Length, Fixture("platformatic-groups.txt").Length);
    }

    private static void AssertSame(string line, object message)
    {
        string[] parts = line.Split(' ');
        MessageType type = MessageType.Named(parts[0]);
        short version = short.Parse(parts[1], CultureInfo.InvariantCulture);
        Assert.Equal(type.Type, message.GetType());

        object read = type.Read(Convert.FromHexString(parts[2]), version);

        Assert.Equal(MessageText.Of(message), MessageText.Of(read));
        Assert.Equal(parts[2], Convert.ToHexStringLower(type.Write(message, version)));
        (read as IDisposable)?.Dispose();
    }

    private static string[] Fixture(string name, [CallerFilePath] string here = "") => File.ReadAllLines(
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Fixtures", "messages", name));
}
