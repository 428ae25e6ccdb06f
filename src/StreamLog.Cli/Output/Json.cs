using System.Text.Encodings.Web;
using System.Text.Json;

namespace StreamLog.Cli.Output;

/// <summary>How the tool writes JSON: camelCase, one document a line where several follow, else indented.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Line = new(JsonSerializerDefaults.Web)
    {
        // What goes to a terminal or a file is read as it stands; nothing of it gets into a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Document = new(Line) { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes one document.</summary>
    public static void WriteDocument<T>(TextWriter output, T value) =>
        output.WriteLine(JsonSerializer.Serialize(value, Document));

    /// <summary>Writes one document on one line.</summary>
    public static void WriteLine<T>(TextWriter output, T value) =>
        output.WriteLine(JsonSerializer.Serialize(value, Line));
}
