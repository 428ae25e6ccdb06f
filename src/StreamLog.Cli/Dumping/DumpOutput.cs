using StreamLog.Cli.Files;
using StreamLog.Cli.Output;

namespace StreamLog.Cli.Dumping;

/// <summary>Prints what a dump finds, for people or as a document of JSON a line.</summary>
/// <remarks>Owned by one command. For one thread.</remarks>
internal sealed class DumpOutput
{
    private readonly TextWriter _output;
    private readonly bool _isJson;
    private string _file = "";

    public DumpOutput(TextWriter output, bool isJson)
    {
        _output = output;
        _isJson = isJson;
    }

    /// <summary>Gets how many faults were printed.</summary>
    public int FaultCount { get; private set; }

    public void Begin(string file)
    {
        if (!_isJson)
            _output.WriteLine($"{(_file.Length > 0 ? "\n" : "")}{file}");
        _file = file;
    }

    /// <summary>Prints one entry.</summary>
    /// <param name="kind">What it is, for JSON.</param>
    /// <param name="text">It, for people.</param>
    /// <param name="value">It, for JSON.</param>
    public void Entry(string kind, string text, object value)
    {
        if (_isJson)
            Json.WriteLine(_output, new { file = _file, kind, entry = value });
        else
            _output.WriteLine($"  {text}");
    }

    public void Fault(Fault fault, string after = "")
    {
        FaultCount++;
        if (_isJson)
            Json.WriteLine(_output, new { file = _file, kind = "fault", entry = fault });
        else
            _output.WriteLine($"  DAMAGED at byte {fault.Position}: {fault.Text}{after}.");
    }

    public void Note(string text)
    {
        if (!_isJson)
            _output.WriteLine($"  {text}");
    }
}
