using System.ComponentModel.DataAnnotations;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using StreamLog.Extensibility;
using StreamLog.Kafka;
using StreamLog.Tests.Architecture;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>
/// Editors complete and explain the section <c>StreamLog</c> of <c>appsettings.json</c> by schemas that the packages
/// ship. They are made here from the options and their documentation, and must be what the repository holds.
/// </summary>
public sealed partial class ConfigurationSchemaTests
{
    private const string TimeSpanPattern = @"^-?(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d{1,7})?)?$|^\d+$";

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, XElement> Documentation =
        new[] { "StreamLog.Abstractions.xml", "StreamLog.Kafka.xml" }
            .SelectMany(file => XDocument.Load(Path.Combine(AppContext.BaseDirectory, file)).Descendants("member"))
            .ToDictionary(member => (string)member.Attribute("name")!, member => member, StringComparer.Ordinal);

    /// <summary>On a change that is meant, run with <c>STREAMLOG_APPROVE=1</c> and read the difference.</summary>
    [Fact]
    public void It_says_what_the_options_say()
    {
        JsonObject node = SchemaOf(typeof(StreamLogOptions));
        node["additionalProperties"] = Reference($"#/properties/{StreamLogConfiguration.Section}"); // By its name.
        JsonObject schema = new()
        {
            ["definitions"] = Definitions(),
            ["type"] = "object",
            ["properties"] = new JsonObject { [StreamLogConfiguration.Section] = node },
        };
        Verify("StreamLog", schema);
    }

    [Fact]
    public void It_says_what_the_options_of_listeners_and_of_connections_say()
    {
        JsonObject listeners = new()
        {
            ["type"] = "object",
            ["description"] = "Listeners for Kafka clients, by names of the application's choice: " +
                "AddKafkaListener is given the section of each.",
            ["additionalProperties"] = SchemaOf(typeof(KafkaListenerOptions)),
        };
        Verify("StreamLog.Kafka", new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                [StreamLogConfiguration.Section] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["Listeners"] = listeners,
                        ["Kafka"] = SchemaOf(typeof(KafkaClusterOptions)),
                    },
                },
            },
        });
    }

    private static void Verify(string package, JsonObject schema)
    {
        string actual = schema.ToJsonString(Indented) + "\n";
        string path = Path.Combine(SourceTree.Root(package), "ConfigurationSchema.json");
        if (Environment.GetEnvironmentVariable("STREAMLOG_APPROVE") == "1")
            File.WriteAllText(path, actual);

        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "", actual);
    }

    // Completes the names of log categories, by the schema of appsettings.json that this one becomes a part of.
    private static JsonObject Definitions()
    {
        JsonObject categories = [];
        foreach (string part in new[] { "", ".Broker", ".Storage" })
            categories[$"StreamLog{part}"] = Reference("#/definitions/logLevelThreshold");
        return new JsonObject { ["logLevel"] = new JsonObject { ["properties"] = categories } };
    }

    private static JsonObject Reference(string path) => new() { ["$ref"] = path };

    private static JsonObject SchemaOf(Type type)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare == typeof(bool))
            return new JsonObject { ["type"] = "boolean" };

        // Of how a client encrypts, configuration says whether it does, or by which files.
        if (bare == typeof(SslClientAuthenticationOptions))
        {
            return new JsonObject
            {
                ["type"] = new JsonArray("boolean", "object"),
                ["properties"] = PropertiesOf(typeof(KafkaClusterTls)),
            };
        }

        if (bare == typeof(int) || bare == typeof(long))
            return new JsonObject { ["type"] = "integer" };
        if (bare == typeof(string))
            return new JsonObject { ["type"] = "string" };
        if (bare == typeof(TimeSpan))
            return new JsonObject { ["type"] = "string", ["pattern"] = TimeSpanPattern };
        if (bare.IsEnum)
            return new JsonObject { ["enum"] = JsonSerializer.SerializeToNode(Enum.GetNames(bare)) };

        if (bare == typeof(IList<string>))
            return new JsonObject { ["type"] = "array", ["items"] = SchemaOf(typeof(string)) };

        JsonObject schema = new() { ["type"] = "object" };
        if (bare.IsGenericType)
            schema["additionalProperties"] = SchemaOf(bare.GetGenericArguments()[1]);
        else
            schema["properties"] = PropertiesOf(bare);
        return schema;
    }

    private static JsonObject PropertiesOf(Type type)
    {
        object defaults = Activator.CreateInstance(type)!;
        JsonObject properties = [];
        foreach (PropertyInfo property in type.GetProperties())
        {
            // What is code cannot stand in configuration: a partitioner, a callback, a component.
            if (property.PropertyType != typeof(IPartitioner)
                && property.PropertyType != typeof(IRebalanceListener)
                && property.PropertyType != typeof(IProgress<RecoveryProgress>)
                && property.PropertyType != typeof(IList<INodeComponent>)
                && property.PropertyType != typeof(IWireSeam)
                && property.PropertyType != typeof(X509Certificate2)
                && !property.PropertyType.IsAssignableTo(typeof(Delegate)))
            {
                properties[property.Name] = SchemaOf(property, property.GetValue(defaults));
            }
        }

        return properties;
    }

    private static JsonObject SchemaOf(PropertyInfo property, object? defaultValue)
    {
        JsonObject schema = SchemaOf(property.PropertyType);
        XElement member = Documentation[$"P:{property.DeclaringType!.FullName}.{property.Name}"];
        string summary = Text(member.Element("summary")!);
        string meaning = summary[(summary.StartsWith("Gets or sets ", StringComparison.Ordinal) ? 13 : 5)..];
        string value = string.Concat(member.Elements("value").Select(Text));
        schema["description"] = $"{char.ToUpperInvariant(meaning[0])}{meaning[1..]} {value}".Trim();
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            schema["minimum"] = Convert.ToInt64(range.Minimum, null);
            schema["maximum"] = Maximum(range);
        }

        if (defaultValue is string or bool or int or long or TimeSpan or Enum)
        {
            object inJson = defaultValue is Enum or TimeSpan ? $"{defaultValue}" : defaultValue;
            schema["default"] = JsonNode.Parse(JsonSerializer.Serialize(inJson));
            if (Nullable.GetUnderlyingType(property.PropertyType) is not null)
                schema["type"] = new JsonArray((string)schema["type"]!, "null"); // What turns it off.
        }

        return schema;
    }

    // A range of doubles cannot say exactly where long ends.
    private static long Maximum(RangeAttribute range) =>
        range.Maximum is double and >= long.MaxValue ? long.MaxValue : Convert.ToInt64(range.Maximum, null);

    private static string Text(XElement part) => Spaces().Replace(string.Concat(part.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see =>
            ((string?)see.Attribute("langword") ?? (string)see.Attribute("cref")!).Split('.', ':')[^1],
        XElement element => element.Value,
        _ => "",
    })), " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
