using System.Text;

namespace StreamLog.Cli.Output;

/// <summary>A table in columns, as wide as what they hold: for people, and for tools that cut by columns.</summary>
internal sealed class TextTable
{
    private const string Gap = "  ";

    private readonly (string Title, bool IsNumber)[] _columns;
    private readonly List<string[]> _rows = [];

    /// <summary>Creates a table.</summary>
    /// <param name="columns">The titles; one that begins with '#' is that of numbers, which stand to the right.</param>
    public TextTable(params string[] columns) => _columns =
        [.. columns.Select(title => (title.TrimStart('#'), title.StartsWith('#')))];

    /// <summary>Adds a row of as many cells as there are columns.</summary>
    public void Add(params object?[] cells) => _rows.Add([.. cells.Select(cell => Cell(cell))]);

    /// <summary>Writes the titles and the rows.</summary>
    public void WriteTo(TextWriter output)
    {
        int[] widths =
        [
            .. _columns.Select((column, i) =>
                Math.Max(column.Title.Length, _rows.Count == 0 ? 0 : _rows.Max(row => row[i].Length))),
        ];
        WriteRow(output, [.. _columns.Select(column => column.Title.ToUpperInvariant())], widths);
        foreach (string[] row in _rows)
            WriteRow(output, row, widths);
    }

    private void WriteRow(TextWriter output, string[] cells, int[] widths)
    {
        StringBuilder line = new();
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                line.Append(Gap);
            line.Append(_columns[i].IsNumber ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i]));
        }

        output.WriteLine(line.ToString().TrimEnd());
    }

    private static string Cell(object? cell) => cell switch
    {
        null => "-",
        string { Length: 0 } => "-",
        IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "-",
    };
}
