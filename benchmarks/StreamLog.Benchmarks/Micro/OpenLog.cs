using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Storage;
using StreamLog.Storage.Files;

namespace StreamLog.Benchmarks.Micro;

/// <summary>One partition's log in a temporary directory, without a node around it.</summary>
internal sealed class OpenLog : IDisposable
{
    private readonly string _path;
    private readonly NodeEnvironment _environment = new(new PhysicalFileSystem());
    private readonly LogDirectory _directory;

    public OpenLog(string? path = null)
    {
        _path = path ?? Path.Combine(Path.GetTempPath(), $"streamlog-bench-{Guid.NewGuid():N}");
        LogDirectorySettings settings = new() { NodeId = 1, FlushInterval = TimeSpan.FromHours(1) };
        _directory = LogDirectory.Open(_environment, _path, settings, NullLoggerFactory.Instance);
        Log = _directory.OpenPartition(new TopicPartition("bench", 0), new Guid(1, 2, 3, new byte[8]), new LogConfig());
    }

    public PartitionLog Log { get; }

    /// <summary>Gets where it is.</summary>
    public string DirectoryPath => _path;

    /// <summary>Closes it in order.</summary>
    public void Close()
    {
        _directory.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _environment.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Closes it and deletes its files.</summary>
    public void Dispose()
    {
        Close();
        Directory.Delete(_path, recursive: true);
    }
}
