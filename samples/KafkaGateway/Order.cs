using System.Text.Json.Serialization;

namespace KafkaGateway;

/// <summary>What a client orders. The key of its record is the customer.</summary>
internal sealed record Order([property: JsonRequired] string Item, [property: JsonRequired] int Quantity);

/// <summary>What the customer owes for it.</summary>
internal sealed record Invoice(string Order, string Item, int Quantity, decimal Total);

/// <summary>How both look as JSON. It is generated at build time, so the sample works without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Invoice))]
internal sealed partial class Json : JsonSerializerContext;
