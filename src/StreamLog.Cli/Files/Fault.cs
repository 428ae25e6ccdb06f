namespace StreamLog.Cli.Files;

/// <summary>Something in a file that is not as it was written.</summary>
/// <param name="Position">The byte at which it is seen.</param>
/// <param name="Text">What is wrong: the rest of a sentence that begins with the place.</param>
internal sealed record Fault(long Position, string Text);
