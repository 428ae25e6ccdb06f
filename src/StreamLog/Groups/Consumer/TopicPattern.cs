using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using StreamLog.Metadata;

namespace StreamLog.Groups.Consumer;

/// <summary>A regular expression that topics are subscribed to by. Immutable; thread-safe.</summary>
/// <remarks>
/// <para>Kafka takes RE2's syntax, in which matching takes linear time. Here it is .NET's syntax without what needs
/// backtracking (back references, look-around, atomic groups, conditions), which RE2 has not either; it takes linear
/// time too. RE2's named groups <c>(?P&lt;name&gt;...)</c>, quoting by <c>\Q...\E</c>, <c>\C</c> and classes such as
/// <c>[[:alpha:]]</c> are the parts of its syntax that are refused or mean something else.</para>
/// <para>The whole name has to match. Internal topics match nothing: who wants one says its name.</para>
/// </remarks>
internal sealed class TopicPattern
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly Regex _regex;

    private TopicPattern(Regex regex) => _regex = regex;

    /// <summary>Reads a regular expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="pattern">What it stands for.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns><see langword="true"/> if it is one.</returns>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out TopicPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        problem = null;
        try
        {
            // By itself first, or brackets of its own could close ours.
            _ = new Regex(text, Options);
            pattern = new TopicPattern(new Regex($@"\A(?:{text})\z", Options));
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            problem = exception.Message;
            return false;
        }
    }

    /// <summary>Tells whether a topic is subscribed to.</summary>
    /// <param name="topic">Its name.</param>
    /// <returns><see langword="true"/> if it is.</returns>
    public bool IsMatch(string topic) => !TopicNames.IsInternal(topic) && _regex.IsMatch(topic);
}
