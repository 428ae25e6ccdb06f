using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>
/// Every version of every message against what others know of it: <c>wire_goldens.py</c> encoded
/// <c>WireGoldens.txt</c> out of Kafka's schemas and franz-go's definitions.
/// </summary>
public sealed class WireGoldenTests
{
    private static readonly ILookup<(string Message, short Version), Golden> Goldens = Read();

    // Kafka's records of these changed after the newest schemas that could be had.
    private static readonly string[] Newer = ["ShareSnapshotValue", "ShareUpdateValue"];

    // What Kafka's classes have before anybody sets it, and the same with null in texts that may be null. Ours begin
    // with one of the two; nobody on the wire can tell.
    private static readonly string[] Defaults = ["default", "unset"];

    public static TheoryData<string> Messages => [.. MessageType.All.Select(message => message.Name).Except(Newer)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void It_is_encoded_as_others_encode_it(string name)
    {
        MessageType message = MessageType.Named(name);
        List<string> differences = [];
        foreach (short version in message.Versions)
        {
            if (!Goldens.Contains((NameOf(message), version)))
                differences.Add($"version {version}: nobody knows it");
            foreach (IGrouping<string, Golden> goldens in
                Goldens[(NameOf(message), version)].GroupBy(golden => VariantOf(golden)))
            {
                byte[] actual = message.Write(RuledMessages.Create(message, version, goldens.Key), version);
                if (!goldens.Any(golden => golden.Length == actual.Length && golden.Digest == Digest(actual)))
                {
                    differences.Add(
                        $"version {version} {goldens.Key}: {goldens.First().Length} bytes expected; "
                        + $"python3 wire_goldens.py --show \"{NameOf(message)}\" {version} {goldens.Key} prints "
                        + $"them. Here: {Convert.ToHexStringLower(actual)}");
                }
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void What_others_encode_is_read_and_written_again(string name)
    {
        MessageType message = MessageType.Named(name);
        foreach (short version in message.Versions)
        {
            // Those bytes are the golden's: the test above says so.
            foreach (Golden golden in Goldens[(NameOf(message), version)])
            {
                byte[] bytes = message.Write(RuledMessages.Create(message, version, VariantOf(golden)), version);

                Assert.Equal(bytes, message.Write(message.Read(bytes, version), version));
            }
        }
    }

    [Fact]
    public void The_goldens_hold_every_variant()
    {
        Assert.Equal(
            ["default", "empty", "filled", "null", "unknown"],
            Goldens[("1 Request", 12)].Select(golden => golden.Variant).Order());
        Assert.DoesNotContain(Goldens[("1 Request", 11)], golden => golden.Variant == "unknown");
    }

    private static string VariantOf(Golden golden) =>
        Defaults.Contains(golden.Variant) ? Defaults[0] : golden.Variant;

    private static string NameOf(MessageType message) => message.Declaration.Kind switch
    {
        MessageKind.Request => $"{(short)message.Declaration.ApiKey!} Request",
        MessageKind.Response => $"{(short)message.Declaration.ApiKey!} Response",
        _ => message.Name,
    };

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];

    private static ILookup<(string Message, short Version), Golden> Read([CallerFilePath] string thisFile = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(thisFile)!, "WireGoldens.txt");
        return File.ReadLines(path).Select(line => line.Split('\t')).ToLookup(
            cells => (cells[0], short.Parse(cells[1], CultureInfo.InvariantCulture)),
            cells => new Golden(cells[2], int.Parse(cells[3], CultureInfo.InvariantCulture), cells[4]));
    }

    private sealed record Golden(string Variant, int Length, string Digest);
}
