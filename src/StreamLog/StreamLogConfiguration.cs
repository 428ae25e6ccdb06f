using Microsoft.Extensions.Configuration;

namespace StreamLog;

/// <summary>Reads options from configuration.</summary>
internal static class StreamLogConfiguration
{
    /// <summary>The section that options are read from where no other is given.</summary>
    public const string Section = "StreamLog";

    /// <summary>Sets those options that a section holds. The code that does it is generated.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">The options.</param>
    public static void Read(IConfiguration section, StreamLogOptions options) => section.Bind(options);
}
