namespace StreamLog;

/// <summary>Which names a node beside the only one may have.</summary>
internal static class NodeNames
{
    private const int LengthMax = 64;

    // What other packages keep beside the options of the node without a name.
    private static readonly string[] Sections = ["Kafka", "Listeners"];

    /// <summary>Checks a name: it stands in a path, in configuration and in a tag.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentException">It is not legal, or an option has it.</exception>
    public static string Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > LengthMax || !name.All(IsLegal))
        {
            throw new ArgumentException(
                $"'{name}' cannot be the name of a node: it takes 1 to {LengthMax} letters, digits, '_' and '-'.",
                nameof(name));
        }

        if (typeof(StreamLogOptions).GetProperties().Select(option => option.Name).Concat(Sections)
            .Any(option => option.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ArgumentException(
                $"'{name}' cannot be the name of a node, since {StreamLogConfiguration.Section}:{name} is an option. " +
                "Choose another name.",
                nameof(name));
        }

        return name;
    }

    private static bool IsLegal(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';
}
