using StreamLog.Extensibility;
using Xunit;

namespace StreamLog.Tests.Storage.Files;

/// <summary>
/// What every file does, of whatever file system. Part of the suite of <see cref="FileSystemTests"/>.
/// </summary>
public abstract class FileTests
{
    private protected abstract IFileSystem Files { get; }

    /// <summary>Gets a directory that exists and is empty.</summary>
    private protected abstract string Home { get; }

    private protected string At(params string[] names) => Path.Combine([Home, .. names]);

    private protected static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static byte[] ReadAll(IFile file)
    {
        byte[] bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(bytes, 0));
        return bytes;
    }

    private protected void Create(string path, params byte[] bytes)
    {
        using IFile file = Files.Open(path, FileOpenMode.CreateNew);
        file.Write(bytes, 0);
    }

    [Fact]
    public void What_is_written_is_read_by_the_same_handle_and_by_others()
    {
        byte[] bytes = Bytes(200_000);
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        using IFile other = Files.Open(At("a"), FileOpenMode.OpenRead);

        file.Write(bytes, 0);

        Assert.Equal(bytes, ReadAll(file));
        Assert.Equal(bytes, ReadAll(other));
        Assert.Equal(At("a"), file.Path);
    }

    [Fact]
    public void Two_handles_that_write_in_turn_see_one_file()
    {
        using IFile first = Files.Open(At("a"), FileOpenMode.CreateNew);
        using IFile second = Files.Open(At("a"), FileOpenMode.Open);

        first.Write([1, 2], 0);
        second.Write([3, 4, 5], second.Length);
        first.Write([6], first.Length);
        second.SetLength(5);

        Assert.Equal(5, first.Length);
        Assert.Equal([1, 2, 3, 4, 5], ReadAll(first));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 511)]
    [InlineData(70_000, 65_535)]
    [InlineData(131_073, 65_536)]
    public void A_write_in_the_middle_changes_what_it_covers_and_no_more(int count, int position)
    {
        byte[] expected = Bytes(300_000);
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        file.Write(expected, 0);

        byte[] patch = Bytes(count, seed: 2);
        file.Write(patch, position);

        patch.CopyTo(expected, position);
        Assert.Equal(expected, ReadAll(file));
    }

    [Fact]
    public void A_gathered_write_of_more_parts_than_the_system_takes_at_once_is_whole()
    {
        // Linux takes 1,024 parts in one call.
        ReadOnlyMemory<byte>[] parts =
            [.. Enumerable.Range(0, 5000).Select(i => (ReadOnlyMemory<byte>)Bytes(i % 97, i))];
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        file.Write([9, 9, 9], 0);

        file.Write(parts, 3);

        byte[] expected = [9, 9, 9, .. parts.SelectMany(part => part.ToArray())];
        Assert.Equal(expected, ReadAll(file));
    }

    [Fact]
    public void A_gathered_write_of_nothing_changes_nothing()
    {
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);

        file.Write(Array.Empty<ReadOnlyMemory<byte>>(), 7);
        file.Write([ReadOnlyMemory<byte>.Empty], 7);
        file.Write(ReadOnlySpan<byte>.Empty, 7);

        Assert.Equal(0, file.Length);
    }

    [Fact]
    public void A_write_beyond_the_end_leaves_zeros_between()
    {
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        file.Write([1], 0);

        file.Write([2], 150_000);

        byte[] expected = new byte[150_001];
        expected[0] = 1;
        expected[150_000] = 2;
        Assert.Equal(expected, ReadAll(file));
    }

    [Fact]
    public void A_read_stops_at_the_end()
    {
        Create(At("a"), 1, 2, 3);
        using IFile file = Files.Open(At("a"), FileOpenMode.OpenRead);
        byte[] buffer = new byte[10];

        Assert.Equal(2, file.Read(buffer, 1));
        Assert.Equal([2, 3], buffer[..2]);
        Assert.Equal(0, file.Read(buffer, 3));
        Assert.Equal(0, file.Read(buffer, 1000));
        Assert.Equal(0, file.Read([], 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4096)]
    [InlineData(65_536)]
    [InlineData(99_999)]
    public void What_is_cut_off_reads_as_zeros_when_the_file_grows_again(int length)
    {
        byte[] bytes = Bytes(100_000);
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        file.Write(bytes, 0);

        file.SetLength(length);
        Assert.Equal(length, file.Length);
        Assert.Equal(bytes[..length], ReadAll(file));

        file.SetLength(120_000);
        byte[] expected = new byte[120_000];
        bytes.AsSpan(0, length).CopyTo(expected);
        Assert.Equal(expected, ReadAll(file));
    }

    [Fact]
    public void Preallocation_leaves_the_length_and_the_bytes_as_they_are()
    {
        using (IFile file = Files.Open(At("a"), FileOpenMode.CreateNew, preallocate: 1 << 20))
        {
            Assert.Equal(0, file.Length);
            file.Write([1, 2], 0);
        }

        using IFile again = Files.Open(At("a"), FileOpenMode.Open, preallocate: 2 << 20);
        again.Preallocate(1, 4 << 20);
        Assert.Equal([1, 2], ReadAll(again));
        Assert.Equal(2, Files.List(Home).Single().Length);
    }

    [Fact]
    public void What_was_opened_for_reading_cannot_be_written()
    {
        Create(At("a"), 1);
        using IFile file = Files.Open(At("a"), FileOpenMode.OpenRead);

        Assert.Throws<InvalidOperationException>(() => file.Write([2], 0));
        Assert.Throws<InvalidOperationException>(() => file.Write([new byte[] { 2 }], 0));
        Assert.Throws<InvalidOperationException>(() => file.SetLength(0));
        Assert.Equal([1], ReadAll(file));
    }

    [Fact]
    public async Task A_closed_file_says_so()
    {
        IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Length);
        Assert.Throws<ObjectDisposedException>(() => file.Read(new byte[1], 0));
        Assert.Throws<ObjectDisposedException>(() => file.Write([1], 0));
        Assert.Throws<ObjectDisposedException>(() => file.SetLength(0));
        Assert.Throws<ObjectDisposedException>(file.DataSync);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await file.DataSyncAsync());
    }

    [Fact]
    public void Positions_below_zero_are_refused()
    {
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(new byte[1], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Write([1], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.SetLength(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Files.Open(At("b"), FileOpenMode.CreateNew, preallocate: -1));
    }

    [Fact]
    public async Task Flushes_run_beside_writes()
    {
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        List<Task> flushes = [];
        for (int i = 0; i < 50; i++)
        {
            file.Write([(byte)i], i);
            flushes.Add(file.DataSyncAsync().AsTask());
        }

        await Task.WhenAll(flushes);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), ReadAll(file));
    }

    [Fact]
    public void A_reader_beside_a_writer_sees_only_what_was_written()
    {
        const int Count = 2000;
        using IFile writer = Files.Open(At("a"), FileOpenMode.CreateNew);
        using IFile reader = Files.Open(At("a"), FileOpenMode.OpenRead);
        bool isDone = false;
        string? wrong = null;
        Thread reading = new(() =>
        {
            byte[] buffer = new byte[Count * 100];
            while (!Volatile.Read(ref isDone) && wrong is null)
            {
                long length = reader.Length;
                int count = reader.Read(buffer, 0);
                if (count < length)
                    wrong = $"A length of {length} was told, and {count} bytes were read.";

                for (int i = 0; i < length; i++)
                {
                    if (buffer[i] != (byte)(i * 31 + 1))
                        wrong ??= $"The byte at {i} is {buffer[i]}.";
                }
            }
        });
        reading.Start();

        byte[] bytes = [.. Enumerable.Range(0, Count * 100).Select(i => (byte)(i * 31 + 1))];
        for (int i = 0; i < Count; i++)
            writer.Write(bytes.AsSpan(i * 100, 100), i * 100);

        Volatile.Write(ref isDone, true);
        reading.Join();
        Assert.Null(wrong);
        Assert.Equal(bytes, ReadAll(reader));
    }

    // Goal: no sequence of writes and lengths makes a file differ from an array.
    // Method: random operations with sizes around the chunks and pages of all implementations, compared after each.
    [Fact]
    public void A_file_is_an_array_whatever_is_done_to_it()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            Random random = new(seed);
            byte[] model = [];
            using IFile file = Files.Open(At($"f{seed}"), FileOpenMode.CreateNew);
            for (int step = 0; step < 60; step++)
            {
                int position = random.Next(3) == 0 ? model.Length : random.Next(model.Length + 5000);
                if (random.Next(4) == 0)
                {
                    Array.Resize(ref model, position);
                    file.SetLength(position);
                }
                else
                {
                    byte[] bytes = Bytes(1 + random.Next(random.Next(2) == 0 ? 200 : 70_000), random.Next());
                    if (position + bytes.Length > model.Length)
                        Array.Resize(ref model, position + bytes.Length);

                    bytes.CopyTo(model, position);
                    file.Write(bytes, position);
                }

                Assert.Equal(model.Length, file.Length);
                Assert.True(model.AsSpan().SequenceEqual(ReadAll(file)), $"seed {seed}, step {step}");
            }
        }
    }
}
