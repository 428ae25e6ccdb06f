using Microsoft.Extensions.Configuration;

namespace StreamLog;

/// <summary>Reads options from configuration.</summary>
internal static class StreamLogConfiguration
{
    /// <summary>The section that options are read from where no other is given.</summary>
    public const string Section = "StreamLog";

    /// <summary>Returns the section of a node.</summary>
    /// <param name="nodeName">Its name; empty for the only one.</param>
    /// <returns>The section's path.</returns>
    public static string SectionOf(string nodeName) => nodeName.Length == 0 ? Section : $"{Section}:{nodeName}";

    /// <summary>Sets those options that a section holds. The code that does it is generated.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">The options.</param>
    public static void Read(IConfiguration section, StreamLogOptions options) => section.Bind(options);
}
