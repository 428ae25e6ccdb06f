namespace StreamLog.Simulation;

/// <summary>
/// The bytes of a file in pages that are never changed but replaced, so that a copy of a file costs next to nothing.
/// </summary>
internal sealed class PagedBytes
{
    /// <summary>The size of a page: what the page caches of today write at once.</summary>
    public const int PageBytes = 4096;

    // A missing page is all zeros.
    private readonly List<byte[]?> _pages;

    /// <summary>Creates an empty file.</summary>
    public PagedBytes() => _pages = [];

    private PagedBytes(PagedBytes source)
    {
        _pages = [.. source._pages];
        Length = source.Length;
    }

    /// <summary>Gets the number of bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Copies the file.</summary>
    /// <returns>The copy, which changes on its own.</returns>
    public PagedBytes Copy() => new(this);

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="position">The byte to begin at.</param>
    /// <returns>The number of bytes read.</returns>
    public int Read(Span<byte> buffer, long position)
    {
        int total = (int)Math.Clamp(Length - position, 0, buffer.Length);
        for (int done = 0; done < total;)
        {
            int start = (int)((position + done) % PageBytes);
            int count = Math.Min(total - done, PageBytes - start);
            byte[]? page = _pages[(int)((position + done) / PageBytes)];
            Span<byte> target = buffer.Slice(done, count);
            if (page is null)
                target.Clear();
            else
                page.AsSpan(start, count).CopyTo(target);

            done += count;
        }

        return total;
    }

    /// <summary>Writes bytes, and extends the file to their end.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="position">Where they go.</param>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        if (bytes.IsEmpty)
            return;

        if (position + bytes.Length > Length)
            SetLength(position + bytes.Length);

        while (!bytes.IsEmpty)
        {
            int index = (int)(position / PageBytes);
            int start = (int)(position % PageBytes);
            int count = Math.Min(bytes.Length, PageBytes - start);
            byte[] page = _pages[index] is { } old ? [.. old] : new byte[PageBytes];
            bytes[..count].CopyTo(page.AsSpan(start));
            _pages[index] = page;
            bytes = bytes[count..];
            position += count;
        }
    }

    /// <summary>Cuts the file, or extends it with zeros.</summary>
    /// <param name="length">The new number of bytes.</param>
    public void SetLength(long length)
    {
        int count = (int)((length + PageBytes - 1) / PageBytes);
        if (count < _pages.Count)
            _pages.RemoveRange(count, _pages.Count - count);

        while (_pages.Count < count)
            _pages.Add(null);

        // What is cut off must read as zeros if the file grows again.
        int start = (int)(length % PageBytes);
        if (length < Length && start > 0 && _pages[^1] is { } last)
            _pages[^1] = [.. last.AsSpan(0, start), .. new byte[PageBytes - start]];

        Length = length;
    }
}
