using BenchmarkDotNet.Attributes;
using StreamLog.Protocol;
using StreamLog.Storage;

namespace StreamLog.Benchmarks.Micro;

/// <summary>Opening a directory with one log of 64 MiB: after a clean stop, without its marker, and without any note of
/// what was flushed, so that every batch is read and checked.</summary>
[MemoryDiagnoser]
public class Recovery
{
    private static readonly string[] Notes =
        [CleanShutdownFile.FileName, FlushMarks.FileName, DirectoryCheckpoints.RecoveryPoints];

    private string _path = "";

    [GlobalSetup]
    public void Prepare()
    {
        OpenLog open = new();
        _path = open.DirectoryPath;
        using RecordBuffer batch = Batches.Of(1 << 20);
        for (int i = 0; i < 64; i++)
            open.Log.AppendAsLeader(batch, 0);
        open.Close();
    }

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(_path, recursive: true);

    [Benchmark(Baseline = true)]
    public long AfterCleanStop() => Open();

    [Benchmark]
    public long WithoutMarker()
    {
        File.Delete(Path.Combine(_path, CleanShutdownFile.FileName));
        return Open();
    }

    [Benchmark]
    public long WithoutNotes()
    {
        foreach (string name in Notes)
            File.Delete(Path.Combine(_path, name));
        return Open();
    }

    private long Open()
    {
        OpenLog open = new(_path);
        long end = open.Log.IsOnline ? open.Log.LogEndOffset : throw open.Log.Failure!;
        open.Close();
        return end;
    }
}
