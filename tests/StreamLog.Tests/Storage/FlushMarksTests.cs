using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class FlushMarksTests
{
    private const int SlotSize = 64;

    private static readonly Guid Kept = new("11111111-0000-0000-0000-000000000000");
    private static readonly Guid Deleted = new("22222222-0000-0000-0000-000000000000");

    [Fact]
    public void A_deleted_partition_is_forgotten_for_the_next_start_too()
    {
        SimulatedDisk disk = NewDisk();
        using (FlushMarks marks = FlushMarks.Open(disk, "/data"))
        {
            marks.Append(Mark(Deleted, 0, 10));
            marks.Append(Mark(Deleted, 1, 11));
            marks.Append(Mark(Kept, 0, 12));
            marks.Forget(Deleted, 0);
            marks.Sync();
        }

        using (FlushMarks marks = FlushMarks.Open(disk, "/data"))
        {
            Assert.False(marks.TryGet(Deleted, 0, out _));
            Assert.True(marks.TryGet(Deleted, 1, out _));
            marks.Forget(new HashSet<Guid> { Deleted });
            marks.Sync();
        }

        using FlushMarks after = FlushMarks.Open(disk, "/data");
        Assert.False(after.TryGet(Deleted, 1, out _));
        Assert.True(after.TryGet(Kept, 0, out FlushMark kept));
        Assert.Equal(12, kept.Offset);
    }

    [Fact]
    public void What_is_noted_of_a_partition_after_it_was_forgotten_counts()
    {
        SimulatedDisk disk = NewDisk();
        using (FlushMarks marks = FlushMarks.Open(disk, "/data"))
        {
            marks.Append(Mark(Kept, 0, 10));
            marks.Forget(Kept, 0);
            marks.Append(Mark(Kept, 0, 3));
        }

        using FlushMarks after = FlushMarks.Open(disk, "/data");
        Assert.True(after.TryGet(Kept, 0, out FlushMark mark));
        Assert.Equal(3, mark.Offset);
    }

    [Fact]
    public void A_full_disk_does_not_keep_a_partition_from_being_forgotten()
    {
        SimulatedDisk disk = NewDisk();
        using FlushMarks marks = FlushMarks.Open(disk, "/data");
        marks.Append(Mark(Deleted, 0, 10));
        disk.Faults.FillUpAfter(0);

        marks.Forget(Deleted, 0);

        Assert.False(marks.TryGet(Deleted, 0, out _));
    }

    [Fact]
    public void Marks_that_have_grown_long_are_written_anew_without_the_old_ones()
    {
        SimulatedDisk disk = NewDisk();
        using FlushMarks marks = Long(disk);

        marks.Compact();

        Assert.Equal(SlotSize, LengthOf(disk));
        marks.Append(Mark(Kept, 0, 5_001));
        marks.Sync();
        using FlushMarks after = FlushMarks.Open(disk.Crash(), "/data");
        Assert.True(after.TryGet(Kept, 0, out FlushMark mark));
        Assert.Equal(5_001, mark.Offset);
    }

    [Fact]
    public void Marks_of_many_partitions_are_written_anew_only_once_half_of_them_are_old()
    {
        const int Partitions = 5_000;
        SimulatedDisk disk = NewDisk();
        using FlushMarks marks = FlushMarks.Open(disk, "/data");
        for (int offset = 1; offset <= 2; offset++)
        {
            for (int partition = 0; partition < Partitions; partition++)
                marks.Append(Mark(Kept, partition, offset));
        }

        marks.Compact();
        Assert.Equal(2 * Partitions * SlotSize, LengthOf(disk));
        marks.Append(Mark(Kept, 0, 3));
        marks.Compact();

        Assert.Equal(Partitions * SlotSize, LengthOf(disk));
    }

    // A process that has no handle left, say. The marks went on in a file without a name.
    [Theory]
    [InlineData(FlushMarks.FileName)]
    [InlineData(FlushMarks.FileName + LogFileNames.Temporary)]
    public void Marks_that_cannot_be_written_anew_go_on_where_they_were(string unopenable)
    {
        SimulatedDisk disk = NewDisk();
        HookedFiles files = new(disk);
        using FlushMarks marks = Long(files);
        files.BeforeOpen = path =>
        {
            if (Path.GetFileName(path) == unopenable)
                throw new IOException("Too many open files");
        };

        Exception? refused = Record.Exception(marks.Compact);

        Assert.True(refused is null or IOException);
        marks.Append(Mark(Kept, 0, 5_001));
        marks.Sync();
        using FlushMarks after = FlushMarks.Open(disk.Crash(), "/data");
        Assert.True(after.TryGet(Kept, 0, out FlushMark mark));
        Assert.Equal(5_001, mark.Offset);
    }

    private static SimulatedDisk NewDisk()
    {
        SimulatedDisk disk = new();
        disk.CreateDirectory("/data");
        disk.SyncDirectory("/");
        return disk;
    }

    private static FlushMarks Long(IFileSystem files)
    {
        FlushMarks marks = FlushMarks.Open(files, "/data");
        files.SyncDirectory("/data");
        for (int offset = 1; offset <= 5_000; offset++)
            marks.Append(Mark(Kept, 0, offset));
        marks.Sync();
        return marks;
    }

    private static FlushMark Mark(Guid topicId, int partition, long offset) => new(topicId, partition, offset, 0, 0);

    private static long LengthOf(SimulatedDisk disk)
    {
        using IFile file = disk.Open("/data/" + FlushMarks.FileName, FileOpenMode.OpenRead);
        return file.Length;
    }
}
