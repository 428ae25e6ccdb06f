using StreamLog.Extensibility;
using Xunit;

namespace StreamLog.Tests.Storage.Files;

/// <summary>
/// What every file system does. One suite, run for the physical one, the one in memory and the simulated one.
/// </summary>
public abstract class FileSystemTests : FileTests
{
    [Fact]
    public void Each_mode_demands_what_it_says()
    {
        Assert.Throws<FileNotFoundException>(() => Files.Open(At("a"), FileOpenMode.Open));
        Assert.Throws<FileNotFoundException>(() => Files.Open(At("a"), FileOpenMode.OpenRead));
        Assert.Throws<FileNotFoundException>(() => Files.Open(At("none", "a"), FileOpenMode.Open));
        Assert.Throws<DirectoryNotFoundException>(() => Files.Open(At("none", "a"), FileOpenMode.CreateNew));
        Assert.Throws<DirectoryNotFoundException>(() => Files.Open(At("none", "a"), FileOpenMode.OpenOrCreate));
        Assert.False(Files.FileExists(At("a")));

        Files.Open(At("a"), FileOpenMode.OpenOrCreate).Dispose();
        Assert.True(Files.FileExists(At("a")));
        Assert.ThrowsAny<IOException>(() => Files.Open(At("a"), FileOpenMode.CreateNew));

        Create(At("b"), 1, 2, 3);
        using IFile file = Files.Open(At("b"), FileOpenMode.OpenOrCreate);
        Assert.Equal([1, 2, 3], ReadAll(file));
    }

    [Fact]
    public void A_directory_is_not_opened_as_a_file()
    {
        Files.CreateDirectory(At("d"));

        Assert.Throws<UnauthorizedAccessException>(() => Files.Open(At("d"), FileOpenMode.Open));
        Assert.False(Files.FileExists(At("d")));
        Assert.True(Files.DirectoryExists(At("d")));
    }

    [Fact]
    public void A_listing_has_everything_in_ordinal_order()
    {
        Create(At("b"), 1, 2, 3);
        Create(At("B"));
        Create(At(".hidden"), 1);
        Create(At("a-10"));
        Create(At("a-9"));
        Files.CreateDirectory(At("dir", "inner"));

        Assert.Equal(
            [
                new FileSystemEntry(".hidden", false, 1),
                new FileSystemEntry("B", false, 0),
                new FileSystemEntry("a-10", false, 0),
                new FileSystemEntry("a-9", false, 0),
                new FileSystemEntry("b", false, 3),
                new FileSystemEntry("dir", true, 0),
            ],
            Files.List(Home));
        Assert.Throws<DirectoryNotFoundException>(() => Files.List(At("none")));
    }

    [Fact]
    public void A_path_means_the_same_file_however_it_is_written()
    {
        Files.CreateDirectory(At("d") + Path.DirectorySeparatorChar);
        Create(At("d", ".", "x", "..", "f"), 1);

        Assert.True(Files.FileExists(At("d", "f")));
        Assert.True(Files.DirectoryExists(At("d") + Path.DirectorySeparatorChar));
        Assert.Single(Files.List(At("d") + Path.DirectorySeparatorChar));
    }

    [Fact]
    public void Directories_are_created_with_their_parents_and_again_without_harm()
    {
        Files.CreateDirectory(At("a", "b", "c"));
        Create(At("a", "b", "f"), 1);

        Files.CreateDirectory(At("a", "b"));

        Assert.True(Files.DirectoryExists(At("a", "b", "c")));
        Assert.True(Files.FileExists(At("a", "b", "f")));
        Assert.ThrowsAny<IOException>(() => Files.CreateDirectory(At("a", "b", "f")));
    }

    [Fact]
    public void A_rename_replaces_a_file_and_keeps_open_handles_of_both()
    {
        Create(At("old"), 1);
        Create(At("new"), 2, 2);
        using IFile renamed = Files.Open(At("old"), FileOpenMode.Open);
        using IFile replaced = Files.Open(At("new"), FileOpenMode.Open);

        Files.Rename(At("old"), At("new"));

        Assert.False(Files.FileExists(At("old")));
        using IFile file = Files.Open(At("new"), FileOpenMode.Open);
        Assert.Equal([1], ReadAll(file));
        Assert.Equal([2, 2], ReadAll(replaced));
        renamed.Write([3], 1);
        Assert.Equal([1, 3], ReadAll(file));
        Assert.Equal(2, file.Length);
    }

    [Fact]
    public void A_directory_is_renamed_with_all_it_holds_and_with_its_open_files()
    {
        Files.CreateDirectory(At("old", "inner"));
        Create(At("old", "inner", "f"), 1);
        using IFile open = Files.Open(At("old", "inner", "f"), FileOpenMode.Open);

        Files.Rename(At("old"), At("new"));

        Assert.False(Files.DirectoryExists(At("old")));
        using IFile file = Files.Open(At("new", "inner", "f"), FileOpenMode.Open);
        open.Write([2], 1);
        Assert.Equal([1, 2], ReadAll(file));
        Assert.Equal(2, file.Length);
    }

    [Fact]
    public void A_rename_that_cannot_be_done_changes_nothing()
    {
        Files.CreateDirectory(At("d"));
        Files.CreateDirectory(At("e"));
        Create(At("f"), 1);
        Create(At("e", "g"), 2);

        Assert.ThrowsAny<IOException>(() => Files.Rename(At("none"), At("x")));
        Assert.ThrowsAny<IOException>(() => Files.Rename(At("f"), At("none", "x")));
        Assert.ThrowsAny<IOException>(() => Files.Rename(At("f"), At("d")));
        Assert.ThrowsAny<IOException>(() => Files.Rename(At("d"), At("f")));
        Assert.ThrowsAny<IOException>(() => Files.Rename(At("d"), At("e")));
        Assert.ThrowsAny<IOException>(() => Files.Rename(At("d"), At("d", "inside")));
        Files.Rename(At("f"), At("f"));

        Assert.Equal(["d", "e", "f"], Files.List(Home).Select(entry => entry.Name));
        Assert.Equal("g", Files.List(At("e")).Single().Name);
    }

    [Fact]
    public void A_deleted_file_is_read_through_its_open_handle_and_its_name_is_free()
    {
        Create(At("a"), 1, 2, 3);
        using IFile old = Files.Open(At("a"), FileOpenMode.Open);

        Files.DeleteFile(At("a"));
        Assert.False(Files.FileExists(At("a")));
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        file.Write([9], 0);

        Assert.Equal([1, 2, 3], ReadAll(old));
        Assert.Equal([9], ReadAll(file));
        Assert.Equal(1, file.Length);
    }

    [Fact]
    public void Deleting_what_is_not_there_does_nothing()
    {
        Files.DeleteFile(At("none"));
        Files.DeleteFile(At("none", "none"));
        Files.DeleteDirectory(At("none"));
        Files.DeleteDirectory(At("none", "none"));

        Assert.Empty(Files.List(Home));
    }

    [Fact]
    public void A_directory_is_deleted_with_all_it_holds_and_its_open_files_go_on()
    {
        Files.CreateDirectory(At("d", "inner"));
        Create(At("d", "inner", "f"), 1, 2);
        Create(At("other"), 3);
        using IFile open = Files.Open(At("d", "inner", "f"), FileOpenMode.OpenRead);

        Files.DeleteDirectory(At("d"));

        Assert.Equal("other", Files.List(Home).Single().Name);
        Assert.Equal([1, 2], ReadAll(open));
    }

    [Fact]
    public async Task Flushes_of_healthy_files_and_directories_succeed()
    {
        using IFile file = Files.Open(At("a"), FileOpenMode.CreateNew);
        file.Write([1], 0);

        file.DataSync();
        await file.DataSyncAsync();
        Files.SyncDirectory(Home);

        Assert.Throws<DirectoryNotFoundException>(() => Files.SyncDirectory(At("none")));
        Assert.Equal([1], ReadAll(file));
    }

    [Fact]
    public void A_lock_has_one_holder_until_it_is_released()
    {
        IDisposable? held = Files.TryLock(At(".lock"));
        Assert.NotNull(held);

        Assert.Null(Files.TryLock(At(".lock")));
        using IDisposable? other = Files.TryLock(At(".other"));
        Assert.NotNull(other);

        held.Dispose();
        IDisposable? again = Files.TryLock(At(".lock"));
        Assert.NotNull(again);

        // A second release of the first holder does not release the second one.
        held.Dispose();
        Assert.Null(Files.TryLock(At(".lock")));
        again.Dispose();
    }

    [Fact]
    public void There_is_room()
    {
        Assert.True(Files.AvailableBytes(Home) > 0);
    }
}
