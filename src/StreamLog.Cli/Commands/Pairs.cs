namespace StreamLog.Cli.Commands;

/// <summary>Reads <c>NAME=VALUE</c>.</summary>
internal static class Pairs
{
    /// <summary>Splits at the first equals sign.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="where">The option that it stands behind, for the message.</param>
    /// <exception cref="CommandFailure">There is no name, or no equals sign.</exception>
    public static (string Name, string Value) Split(string text, string where)
    {
        int at = text.IndexOf('=');
        return at > 0
            ? (text[..at], text[(at + 1)..])
            : throw CommandFailure.Usage($"{where} takes NAME=VALUE, not '{text}'.");
    }
}
