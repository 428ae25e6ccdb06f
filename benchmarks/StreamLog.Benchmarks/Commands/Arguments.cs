using System.Globalization;

namespace StreamLog.Benchmarks.Commands;

/// <summary>The arguments of a command: options with a value, flags, and words.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _flags = [];
    private readonly List<string> _words = [];

    /// <summary>Takes arguments apart.</summary>
    /// <exception cref="ArgumentException">There is an option that the command does not have, or its value is
    /// missing.</exception>
    public Arguments(IReadOnlyList<string> args, IReadOnlyList<string> options, IReadOnlyList<string> flags)
    {
        for (int i = 0; i < args.Count; i++)
        {
            if (flags.Contains(args[i]))
                _flags.Add(args[i]);
            else if (options.Contains(args[i]))
                _values[args[i]] = i + 1 < args.Count ? args[++i] : throw new ArgumentException($"{args[i]} of what?");
            else if (args[i].StartsWith('-'))
                throw new ArgumentException($"Options are {string.Join(" ", [.. options, .. flags])}, not {args[i]}.");
            else
                _words.Add(args[i]);
        }
    }

    public IReadOnlyList<string> Words => _words;

    public string? Value(string option) => _values.GetValueOrDefault(option);

    public int Number(string option, int otherwise) =>
        _values.TryGetValue(option, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public bool Has(string flag) => _flags.Contains(flag);

    /// <summary>Tells whether a name holds one of the words, or there are none.</summary>
    public bool Wants(string name) =>
        _words.Count == 0 || _words.Exists(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
