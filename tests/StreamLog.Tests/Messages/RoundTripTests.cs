using FsCheck;
using FsCheck.Fluent;
using StreamLog.Protocol;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>
/// Goal: every version of every message carries what it can express, and nothing that comes from outside does harm.
/// Method: random messages made from the declarations by reflection, not by the generator that is under test.
/// </summary>
public sealed class RoundTripTests
{
    private static readonly Config Thirty = Config.QuickThrowOnFailure.WithMaxTest(30).WithQuietOnSuccess(true);

    public static TheoryData<string> Names => [.. MessageType.All.Select(message => message.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_is_read_back(string name) =>
        Check.One(Thirty, Prop.ForAll((int seed) =>
        {
            MessageType type = MessageType.Named(name);
            foreach (short version in type.Versions)
            {
                object written = new RandomMessages(seed).Create(type, version);
                byte[] bytes = type.Write(written, version);
                object read = type.Read(bytes, version);

                Assert.Equal(MessageText.Of(written), MessageText.Of(read));
                Assert.Equal(bytes, type.Write(read, version));
                (written as IDisposable)?.Dispose();
                (read as IDisposable)?.Dispose();
            }
        }));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_that_is_cut_off_anywhere_is_refused(string name)
    {
        MessageType type = MessageType.Named(name);
        foreach (short version in type.Versions)
        {
            object message = new RandomMessages(version + 1).Create(type, version);
            byte[] bytes = type.Write(message, version);
            for (int length = 0; length < bytes.Length; length += bytes.Length < 2000 ? 1 : 17)
            {
                StreamLogException refused =
                    Assert.Throws<StreamLogException>(() => type.Read(bytes.AsSpan(0, length), version));
                Assert.Equal(ErrorCode.InvalidRequest, refused.ErrorCode);
            }

            (message as IDisposable)?.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Damaged_bytes_are_read_or_refused_within_bounded_memory(string name) =>
        Check.One(Thirty, Prop.ForAll((int seed) =>
        {
            MessageType type = MessageType.Named(name);
            Random random = new(seed);
            foreach (short version in type.Versions)
            {
                object message = new RandomMessages(seed).Create(type, version);
                byte[] bytes = type.Write(message, version);
                (message as IDisposable)?.Dispose();
                for (int round = 0; round < 8; round++)
                    ReadOrRefuse(type, Damage(bytes, random), version);
            }
        }));

    [Theory]
    [MemberData(nameof(Names))]
    public void Random_bytes_are_read_or_refused_within_bounded_memory(string name) =>
        Check.One(Thirty, Prop.ForAll((byte[] bytes) =>
        {
            MessageType type = MessageType.Named(name);
            foreach (short version in type.Versions)
                ReadOrRefuse(type, bytes, version);
        }));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_version_out_of_range_is_refused(string name)
    {
        MessageType type = MessageType.Named(name);
        object message = new RandomMessages(1).Create(type, type.MaxVersion);
        foreach (short version in new[] { (short)(type.MinVersion - 1), (short)(type.MaxVersion + 1) })
        {
            StreamLogException read = Assert.Throws<StreamLogException>(() => type.Read(new byte[100], version));
            StreamLogException write = Assert.Throws<StreamLogException>(() => type.Write(message, version));

            Assert.Equal(ErrorCode.UnsupportedVersion, read.ErrorCode);
            Assert.Equal(ErrorCode.UnsupportedVersion, write.ErrorCode);
            Assert.Contains(name, write.Message);
        }

        (message as IDisposable)?.Dispose();
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        byte[] damaged = [.. bytes];
        for (int left = random.Next(1, 4); left > 0 && damaged.Length > 0; left--)
        {
            // Lengths are what hurts, and these are the bytes that long ones are made of.
            damaged[random.Next(damaged.Length)] = random.Next(3) switch
            {
                0 => 0xff,
                1 => 0x7f,
                _ => (byte)random.Next(256),
            };
        }

        return damaged;
    }

    private static void ReadOrRefuse(MessageType type, byte[] bytes, short version)
    {
        RecordBuffer frame = RecordBuffer.CopyOf(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            WireReader reader = new(frame);
            (type.Read(ref reader, version) as IDisposable)?.Dispose();
        }
        catch (StreamLogException refused)
        {
            Assert.Equal(ErrorCode.InvalidRequest, refused.ErrorCode);
        }

        // An object for each few bytes is what honest messages cost too; an exception costs some KiB.
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, (64 * 1024) + (256L * bytes.Length));

        // Slices that a refused message had taken would keep the frame alive.
        frame.Dispose();
        if (bytes.Length > 0)
            Assert.Throws<ObjectDisposedException>(() => frame.Memory);
    }
}
