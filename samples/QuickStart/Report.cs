using System.Globalization;
using StreamLog;

namespace QuickStart;

/// <summary>Strikes and costs by airport.</summary>
internal sealed class Report
{
    private readonly Dictionary<string, (int Strikes, long Cost)> _airports = [];

    public int Strikes { get; private set; }

    public long Cost { get; private set; }

    public void Add(Record<string, Strike> record)
    {
        (int strikes, long cost) = _airports.GetValueOrDefault(record.Key);
        _airports[record.Key] = (strikes + 1, cost + record.Value.Cost);
        Strikes++;
        Cost += record.Value.Cost;
    }

    public void Print(int top)
    {
        Console.WriteLine($"{"strikes",9} {"damage $",12}  airport");
        foreach ((string airport, (int strikes, long cost)) in _airports
            .OrderByDescending(entry => entry.Value.Strikes).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(top))
        {
            Print(strikes, cost, airport);
        }

        Print(Strikes, Cost, $"all {_airports.Count} airports");
    }

    private static void Print(int strikes, long cost, string name) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{strikes,9:N0} {cost,12:N0}  {name}"));
}
