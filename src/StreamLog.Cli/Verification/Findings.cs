using StreamLog.Cli.Files;

namespace StreamLog.Cli.Verification;

/// <summary>Collects what a verification finds, and knows what is to be done about it.</summary>
/// <remarks>Owned by one verification. For one thread.</remarks>
internal sealed class Findings
{
    private const string Restore = "Restore the file from a copy of the directory.";

    private const string Index = "No record is lost: readers check what it says against the batches. Delete the "
        + ".index, .timeindex and .txnindex of the segment, all three, while the node is stopped: they are built anew.";

    private const string Epochs = "Delete it while the node is stopped: it is built anew from the segments.";

    private readonly string _directory;
    private readonly List<Finding> _all = [];

    public Findings(string directory) => _directory = directory;

    public IReadOnlyList<Finding> All => _all;

    /// <summary>Notes damage of a segment: records that were acknowledged cannot be read.</summary>
    public void Records(string path, Fault fault) => Add(
        true,
        path,
        fault,
        "Have 'streamlog repair' (in an application, IStreamLog.Maintenance.RepairAsync) cut out what is damaged: a "
        + ".cut file keeps it. Or restore the segment from a copy.");

    /// <summary>Notes a tail that nobody was promised.</summary>
    public void Tail(string path, Fault fault) => Add(
        false, path, fault, "Nothing: no record there was acknowledged, and the next start cuts it off.");

    /// <summary>Notes an index that does not fit its segment.</summary>
    public void Misfit(string path, Fault fault) => Add(false, path, fault, Index);

    /// <summary>Notes a file of leader epochs that cannot be read.</summary>
    public void UnreadableEpochs(string path, Fault fault) => Add(false, path, fault, Epochs);

    /// <summary>Notes a snapshot of producers that cannot be read.</summary>
    public void Producers(string path, Fault fault) => Add(
        false, path, fault, "Nothing: the next start reads the segments from an older one on.");

    /// <summary>Notes a file that cannot be made anew.</summary>
    public void Lost(string path, Fault fault) => Add(true, path, fault, Restore);

    /// <summary>Notes something that is in order, and that an operator should know.</summary>
    public void Note(string path, string text, string remedy) => Add(false, path, new Fault(0, text), remedy);

    private void Add(bool isDamage, string path, Fault fault, string remedy) =>
        _all.Add(new Finding(isDamage, Path.GetRelativePath(_directory, path), fault.Position, fault.Text, remedy));
}
