using StreamLog.Extensibility;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage.Files;

public sealed class InMemoryFileSystemTests : FileSystemTests
{
    private const long Limit = 100 << 20;

    private readonly InMemoryFileSystem _files = new(Limit);

    public InMemoryFileSystemTests() => _files.CreateDirectory(Home);

    private protected override IFileSystem Files => _files;

    private protected override string Home => "home";

    [Fact]
    public void A_write_beyond_the_limit_fails_as_on_a_full_disk_and_leaves_the_file_as_it_was()
    {
        InMemoryFileSystem files = new(limitBytes: 10);
        using IFile file = files.Open("a", FileOpenMode.CreateNew);
        using IFile other = files.Open("b", FileOpenMode.CreateNew);
        file.Write([1, 2, 3, 4, 5, 6], 0);
        other.Write([1, 2, 3], 0);

        IOException full = Assert.Throws<IOException>(() => file.Write([7, 8], 6));

        Assert.True(StorageErrors.IsDiskFull(full));
        Assert.Contains("limit of 10 bytes", full.Message, StringComparison.Ordinal);
        Assert.Equal(6, file.Length);
        Assert.True(StorageErrors.IsDiskFull(Assert.Throws<IOException>(() => file.SetLength(8))));
        file.Write([7], 6);
        Assert.Equal(0, files.AvailableBytes("."));

        // Writing over what is there needs no room.
        file.Write([9, 9], 0);
    }

    [Fact]
    public void Room_comes_back_with_a_cut_a_replacement_and_a_deletion()
    {
        Fill("a", 10);
        Fill("b", 20);
        Fill("c", 30);
        Assert.Equal(60, Limit - _files.AvailableBytes("."));

        using (IFile file = _files.Open("home/c", FileOpenMode.Open))
            file.SetLength(25);

        Assert.Equal(55, Limit - _files.AvailableBytes("."));
        _files.Rename("home/a", "home/b");
        Assert.Equal(35, Limit - _files.AvailableBytes("."));
        _files.DeleteFile("home/b");
        Assert.Equal(25, Limit - _files.AvailableBytes("."));
        _files.DeleteDirectory("home");
        Assert.Equal(Limit, _files.AvailableBytes("."));

        void Fill(string name, int count)
        {
            using IFile file = _files.Open("home/" + name, FileOpenMode.CreateNew);
            file.Write(new byte[count], 0);
        }
    }

    [Fact]
    public void Room_of_a_deleted_file_comes_back_with_its_last_handle()
    {
        IFile file = _files.Open("home/a", FileOpenMode.CreateNew);
        file.Write(new byte[1000], 0);

        _files.DeleteFile("home/a");
        file.Write(new byte[1000], 1000);
        Assert.Equal(Limit - 2000, _files.AvailableBytes("."));

        file.Dispose();
        Assert.Equal(Limit, _files.AvailableBytes("."));
    }

    [Fact]
    public void A_failed_write_is_not_taken_for_a_full_disk()
    {
        Assert.False(StorageErrors.IsDiskFull(new IOException("Input/output error", 5)));
        Assert.False(StorageErrors.IsDiskFull(new FileNotFoundException()));
        Assert.True(StorageErrors.IsDiskFull(StorageErrors.DiskFull("full")));
    }
}
