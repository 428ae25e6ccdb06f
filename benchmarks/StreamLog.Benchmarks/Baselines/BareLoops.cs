using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using StreamLog.Benchmarks.Load;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Benchmarks.Baselines;

/// <summary>The ceilings: the same work with nothing around it.</summary>
internal static class BareLoops
{
    /// <summary>Encodes batches, hashes them and writes them to a growing file, on one thread.</summary>
    public static async Task<Measurement> EncodeAndWriteAsync(
        string directory, int records, byte[] payload, int batchBytes)
    {
        using SafeFileHandle file =
            File.OpenHandle(Path.Combine(directory, "log"), FileMode.Create, FileAccess.ReadWrite);
        return await Stopwatches.MeasureAsync(records, () =>
        {
            WriteBatches(file, records, payload, batchBytes);
            return Task.CompletedTask;
        });
    }

    /// <summary>Writes blocks of one MiB to a growing file. An operation is a payload's worth of bytes.</summary>
    public static async Task<Measurement> WriteAsync(string directory, int records, byte[] payload)
    {
        using SafeFileHandle file =
            File.OpenHandle(Path.Combine(directory, "log"), FileMode.Create, FileAccess.ReadWrite);
        byte[] block = new byte[1 << 20];
        return await Stopwatches.MeasureAsync(records, () =>
        {
            long end = (long)records * payload.Length;
            for (long position = 0; position < end; position += block.Length)
                RandomAccess.Write(file, block.AsSpan(0, (int)Math.Min(block.Length, end - position)), position);
            return Task.CompletedTask;
        });
    }

    /// <summary>Reads a file of batches in blocks, checks each batch and walks through its records, on one
    /// thread.</summary>
    public static async Task<Measurement> ReadAsync(string directory, int records, byte[] payload, int batchBytes)
    {
        using SafeFileHandle file =
            File.OpenHandle(Path.Combine(directory, "log"), FileMode.Create, FileAccess.ReadWrite);
        WriteBatches(file, records, payload, batchBytes);
        byte[] block = new byte[1 << 20];
        return await Stopwatches.MeasureAsync(records, () =>
        {
            int read = Scan(file, block);
            return read == records
                ? Task.CompletedTask
                : throw new InvalidOperationException($"Read {read} of {records}.");
        });
    }

    /// <summary>Hands objects from one task to another.</summary>
    public static Task<Measurement> ChannelAsync(int records, byte[] payload) =>
        Stopwatches.MeasureAsync(records, async () =>
        {
            Channel<byte[]> channel = Channel.CreateBounded<byte[]>(
                new BoundedChannelOptions(1024) { SingleReader = true, SingleWriter = true });
            Task<int> reader = Task.Run(async () =>
            {
                int count = 0;
                while (await channel.Reader.WaitToReadAsync())
                {
                    while (channel.Reader.TryRead(out _))
                        count++;
                }

                return count;
            });
            await Task.Run(async () =>
            {
                for (int i = 0; i < records; i++)
                {
                    if (!channel.Writer.TryWrite(payload))
                        await channel.Writer.WriteAsync(payload);
                }

                channel.Writer.Complete();
            });
            if (await reader != records)
                throw new InvalidOperationException("The channel lost records.");
        });

    private static void WriteBatches(SafeFileHandle file, int records, byte[] payload, int batchBytes)
    {
        using RecordBatchBuilder builder = new(batchBytes);
        long position = 0;
        for (int i = 0; i < records; i++)
        {
            if (builder.TryAppend(1_700_000_000_000, default, hasKey: false, payload, hasValue: true, headers: null))
                continue;
            position += Write(file, builder, position);
            builder.TryAppend(1_700_000_000_000, default, hasKey: false, payload, hasValue: true, headers: null);
        }

        Write(file, builder, position);
    }

    private static int Write(SafeFileHandle file, RecordBatchBuilder builder, long position)
    {
        using RecordBuffer batch = builder.Build();
        RandomAccess.Write(file, batch.Span, position);
        builder.Reset();
        return batch.Length;
    }

    private static int Scan(SafeFileHandle file, byte[] block)
    {
        long length = RandomAccess.GetLength(file);
        long position = 0;
        int count = 0;
        long sum = 0;
        while (position < length)
        {
            int read = RandomAccess.Read(file, block, position);
            int taken = 0;
            RecordBatchEnumerator batches = new(block.AsSpan(0, read));
            while (batches.MoveNext())
            {
                ReadOnlySpan<byte> batch = batches.Current;
                RecordBatchHeader header = new(batch);
                if (header.Crc != Crc32C.Compute(batch[21..]))
                    throw new InvalidOperationException("The checksum is wrong.");
                using RecordReader reader = new(batch);
                while (reader.MoveNext())
                {
                    sum += reader.Current.Value[0];
                    count++;
                }

                taken += batch.Length;
            }

            position += taken;
        }

        return sum >= 0 ? count : -1;
    }
}
