using System.Runtime.Versioning;
using System.Text;
using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a directory that cannot be used is refused with what is wrong and what would be right, and is left as it was.
public sealed class DataDirectoryTests : NodeTest
{
    [Fact]
    public async Task A_second_process_is_told_that_the_directory_is_taken()
    {
        using TrialDirectory directory = new();
        using ChildProcess holder = ChildProcess.Start(["hold", directory.Path]);
        Assert.Equal("held", await holder.Output.ReadLineAsync(Stop));

        await AssertRefusedAsync(
            ErrorCode.KafkaStorageError, async () => await StartOnDiskAsync(directory.Path), directory.Path, "process");

        Assert.Equal(0, await holder.StopAsync(Stop));
        await using StreamLogNode node = await StartOnDiskAsync(directory.Path);
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_killed_process_leaves_the_directory_free()
    {
        using TrialDirectory directory = new();
        using ChildProcess holder = ChildProcess.Start(["hold", directory.Path]);
        Assert.Equal("held", await holder.Output.ReadLineAsync(Stop));

        holder.Kill();

        await using StreamLogNode node = await StartOnDiskAsync(directory.Path);
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_second_node_of_one_process_is_told_that_the_directory_is_taken()
    {
        TrialEnvironment environment = new();
        await using StreamLogNode first = await StartAsync(environment);

        await AssertRefusedAsync(ErrorCode.KafkaStorageError, async () => await StartAsync(environment), DataDirectory);

        await AssertStillWorksAsync(first);
    }

    [Fact]
    public async Task A_second_node_on_the_real_disk_of_one_process_is_told_so_too()
    {
        using TrialDirectory directory = new();
        await using StreamLogNode first = await StartOnDiskAsync(directory.Path);

        await AssertRefusedAsync(
            ErrorCode.KafkaStorageError, async () => await StartOnDiskAsync(directory.Path), directory.Path);

        await AssertStillWorksAsync(first);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_refused_by_name()
    {
        StepCountingFileSystem disk = new(new InMemoryFileSystem(1024 * 1024));
        disk.BeforeStep = (_, what) =>
        {
            if (what.Split(' ')[0] is not ("read" or "list"))
                throw new UnauthorizedAccessException("Permission denied");
        };

        StreamLogException refused = await AssertRefusedAsync(
            ErrorCode.KafkaStorageError, async () => await StartAsync(new TrialEnvironment(disk)), DataDirectory);
        Assert.IsType<UnauthorizedAccessException>(refused.InnerException);

        disk.BeforeStep = null;
        await using StreamLogNode node = await StartAsync(new TrialEnvironment(disk));
        await AssertStillWorksAsync(node);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_real_directory_without_the_right_to_write_is_refused_by_name()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Rights to files are others on Windows.");
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Nothing is forbidden to this user.");
        using TrialDirectory directory = new();
        string inside = Path.Combine(directory.Path, "data");
        Directory.CreateDirectory(inside);
        File.SetUnixFileMode(inside, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await AssertRefusedAsync(ErrorCode.KafkaStorageError, async () => await StartOnDiskAsync(inside), inside);

        File.SetUnixFileMode(inside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using StreamLogNode node = await StartOnDiskAsync(inside);
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_directory_is_refused_by_name()
    {
        using TrialDirectory directory = new();
        string file = Path.Combine(directory.Path, "data");
        await File.WriteAllTextAsync(file, "I am a file.", Stop);

        await AssertRefusedAsync(ErrorCode.KafkaStorageError, async () => await StartOnDiskAsync(file), file);

        Assert.Equal("I am a file.", await File.ReadAllTextAsync(file, Stop));
    }

    [Fact]
    public async Task A_directory_that_holds_something_else_is_not_taken_over()
    {
        TrialEnvironment environment = new();
        WriteText(environment.Files, "holiday.txt", "We were at the sea.");

        await AssertRefusedAsync(
            ErrorCode.KafkaStorageError, async () => await StartAsync(environment), DataDirectory, "holiday.txt");

        Assert.Equal("We were at the sea.", ReadText(environment.Files, "holiday.txt"));
    }

    [Fact]
    public async Task A_strange_file_in_a_data_directory_is_left_alone()
    {
        TrialEnvironment environment = new();
        await using (StreamLogNode node = await StartAsync(environment))
            await AssertStillWorksAsync(node);

        WriteText(environment.Files, "notes.txt", "Do not delete.");
        environment.Files.CreateDirectory($"{DataDirectory}/strange-place");
        WriteText(environment.Files, "strange-place/x.log", "Not a segment.");
        environment.Files.CreateDirectory($"{DataDirectory}/noindex");

        await using StreamLogNode again = await StartAsync(environment);
        await AssertStillWorksAsync(again);
        Assert.Equal("Do not delete.", ReadText(environment.Files, "notes.txt"));
        Assert.Equal("Not a segment.", ReadText(environment.Files, "strange-place/x.log"));
    }

    [Fact]
    public async Task Another_nodes_directory_is_refused_with_both_ids()
    {
        TrialEnvironment environment = new();
        await using (StreamLogNode node = await StartAsync(environment))
            await AssertStillWorksAsync(node);

        await AssertRefusedAsync(
            ErrorCode.KafkaStorageError,
            async () => await StartAsync(environment, options => options.NodeId = 42),
            "node 42",
            "node 1");

        await using StreamLogNode again = await StartAsync(environment);
        await AssertStillWorksAsync(again);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("99")]
    public async Task A_directory_of_a_newer_format_is_refused_and_not_touched(string version)
    {
        TrialEnvironment environment = new();
        await using (StreamLogNode node = await StartAsync(environment))
            await AssertStillWorksAsync(node);

        string format = ReadText(environment.Files, "streamlog.format");
        string changed = format.Replace("1", version, StringComparison.Ordinal);
        WriteText(environment.Files, "streamlog.format", changed);

        await AssertRefusedAsync(
            ErrorCode.KafkaStorageError,
            async () => await StartAsync(environment),
            "streamlog.format",
            $"format {version}");

        Assert.Equal(changed, ReadText(environment.Files, "streamlog.format"));
        WriteText(environment.Files, "streamlog.format", format);
        await using StreamLogNode again = await StartAsync(environment);
        await AssertStillWorksAsync(again);
    }

    [Fact]
    public async Task A_directory_whose_identity_is_lost_is_not_formatted_anew()
    {
        SimulatedEnvironment environment = new();
        await using (StreamLogNode node = await StartAsync(environment))
            await AssertStillWorksAsync(node);

        environment.Disk.LoseFile($"{DataDirectory}/meta.properties");

        await AssertRefusedAsync(
            ErrorCode.KafkaStorageError, async () => await StartAsync(environment), "meta.properties");
    }

    [Theory]
    [InlineData("NodeId")]
    [InlineData("DataDirectory")]
    [InlineData("SegmentBytes")]
    [InlineData("BatchBytes")]
    public async Task An_option_out_of_its_range_is_named(string option)
    {
        StreamLogOptions options = new() { DataDirectory = DataDirectory };
        _ = option switch
        {
            "NodeId" => options.NodeId = -1,
            "DataDirectory" => (options.DataDirectory = "").Length,
            "SegmentBytes" => options.Log.SegmentBytes = 1,
            _ => options.Producer.BatchBytes = -1,
        };

        Exception refused = await Assert.ThrowsAnyAsync<Exception>(
            async () => await StreamLogNode.StartAsync(
                options, environment: new TrialEnvironment(), cancellationToken: Stop));

        Assert.Contains(option, refused.Message, StringComparison.Ordinal);
    }

    private static ValueTask<StreamLogNode> StartOnDiskAsync(string directory) =>
        StreamLogNode.StartAsync(new StreamLogOptions { DataDirectory = directory }, cancellationToken: Stop);

    private static void WriteText(IFileSystem files, string name, string text)
    {
        files.CreateDirectory(DataDirectory);
        using IFile file = files.Open($"{DataDirectory}/{name}", FileOpenMode.OpenOrCreate);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        file.SetLength(bytes.Length);
        file.Write(bytes, 0);
    }

    private static string ReadText(IFileSystem files, string name)
    {
        using IFile file = files.Open($"{DataDirectory}/{name}", FileOpenMode.OpenRead);
        byte[] bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return Encoding.UTF8.GetString(bytes);
    }
}
