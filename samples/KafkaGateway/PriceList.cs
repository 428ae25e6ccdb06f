namespace KafkaGateway;

/// <summary>What things cost.</summary>
internal sealed class PriceList
{
    private readonly Dictionary<string, decimal> _prices = new() { ["bolt"] = 0.10m, ["pump"] = 249m, ["valve"] = 35m };

    public decimal PriceOf(string item) => _prices.TryGetValue(item, out decimal price)
        ? price
        : throw new ArgumentException($"There is no {item}. There are {string.Join(", ", _prices.Keys)}.");
}
