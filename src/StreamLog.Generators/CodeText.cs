using System.Text;

namespace StreamLog.Generators;

/// <summary>C# text under construction, indented by its braces. One per generated file.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public CodeText Line(string line = "")
    {
        if (line.Length > 0)
            _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
        return this;
    }

    public CodeText Open(string? head = null)
    {
        if (head is not null)
            Line(head);
        Line("{");
        _depth++;
        return this;
    }

    public CodeText Close()
    {
        _depth--;
        return Line("}");
    }

    /// <summary>Opens a block under a condition, or none where the condition always holds.</summary>
    public CodeText OpenIf(string? condition) => condition is null ? Open() : Open($"if ({condition})");

    public override string ToString() => _text.ToString();
}
