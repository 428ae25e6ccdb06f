using System.Collections;
using System.Text;

namespace StreamLog;

/// <summary>The headers of a record, in order; names may repeat, as in Kafka.</summary>
/// <remarks>Not thread-safe while it is being filled. A record that was read has headers that nobody changes any
/// more.</remarks>
public sealed class RecordHeaders : IReadOnlyList<Header>
{
    private readonly List<Header> _headers = [];

    /// <summary>Gets the headers that a record without any has. It takes no more.</summary>
    public static RecordHeaders Empty { get; } = new() { _isReadOnly = true };

    private bool _isReadOnly;

    /// <summary>Gets the number of headers.</summary>
    public int Count => _headers.Count;

    /// <summary>Gets a header by its place.</summary>
    /// <param name="index">The place, counted from zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public Header this[int index] => _headers[index];

    /// <summary>Adds a header behind those that are there.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The bytes, or <see langword="null"/>. They are not copied before the record is sent.</param>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">These are the <see cref="Empty"/> headers.</exception>
    public void Add(string key, ReadOnlyMemory<byte>? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_isReadOnly)
            throw new InvalidOperationException("RecordHeaders.Empty is shared. Create a new RecordHeaders to add to.");
        _headers.Add(new Header(key, value));
    }

    /// <summary>Adds a header whose bytes are a text in UTF-8.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The text.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public void Add(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Add(key, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Finds the last header of a name, which is the one that counts by Kafka's convention.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The header's bytes.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public bool TryGetLast(string key, out ReadOnlyMemory<byte>? value)
    {
        for (int i = _headers.Count - 1; i >= 0; i--)
        {
            if (_headers[i].Key == key)
            {
                value = _headers[i].Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>Returns the last header of a name as text.</summary>
    /// <param name="key">The name.</param>
    /// <returns>The text, or <see langword="null"/> if there is no such header or it holds no value.</returns>
    public string? GetText(string key) =>
        TryGetLast(key, out ReadOnlyMemory<byte>? value) && value is { } bytes
            ? Encoding.UTF8.GetString(bytes.Span)
            : null;

    /// <inheritdoc/>
    public IEnumerator<Header> GetEnumerator() => _headers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
