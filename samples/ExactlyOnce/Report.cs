using System.Globalization;

namespace ExactlyOnce;

/// <summary>Strikes by species.</summary>
internal sealed class Report
{
    private readonly Dictionary<string, long> _counts = [];

    public long Total { get; private set; }

    public void Set(string species, long count)
    {
        Total += count - _counts.GetValueOrDefault(species);
        _counts[species] = count;
    }

    public void Print(int top)
    {
        Console.WriteLine($"{"strikes",9}  species");
        foreach ((string species, long count) in _counts
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(top))
        {
            Print(count, species);
        }

        Print(Total, $"all {_counts.Count} species");
    }

    private static void Print(long count, string name) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,9:N0}  {name}"));
}
