namespace StreamLog.Cli.Records;

/// <summary>Reads lines as bytes, whatever they hold. A line ends with LF or CRLF, the last with the stream.</summary>
/// <remarks>For one thread.</remarks>
internal sealed class LineReader
{
    private readonly Stream _input;
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private int _searched;
    private bool _isAtEnd;

    public LineReader(Stream input) => _input = input;

    /// <summary>Reads the next line.</summary>
    /// <param name="cancellationToken">Stops the wait. A terminal that is being read from cannot be let go of, so what
    /// is typed afterwards is lost.</param>
    /// <returns>The line, which is the caller's; <see langword="null"/> at the end.</returns>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int at = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                int end = _searched + at;
                byte[] line = Cut(end);
                _start = _searched = end + 1;
                return line;
            }

            _searched = _end;
            if (_isAtEnd)
            {
                if (_start == _end)
                    return null;
                byte[] line = Cut(_end);
                _start = _end;
                return line;
            }

            MakeRoom();
            // Off this thread: reads of a console block, and know nothing of tokens.
            int read = await Task.Run(() => _input.Read(_buffer, _end, _buffer.Length - _end), cancellationToken)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            _isAtEnd = read == 0;
            _end += read;
        }
    }

    private byte[] Cut(int end)
    {
        int length = end - _start;
        if (length > 0 && _buffer[end - 1] == '\r')
            length--;
        return _buffer.AsSpan(_start, length).ToArray();
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _searched -= _start;
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}
