using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace StreamLog.Diagnostics;

/// <summary>Checks that stay on in release builds: what must be true unless we made a mistake.</summary>
/// <remarks>
/// Expected failures (a full disk, a wrong argument) are no business of this class. Any thread may call.
/// </remarks>
internal static class Invariant
{
    /// <summary>Stops the caller where a condition does not hold.</summary>
    /// <param name="condition">What must be true.</param>
    /// <param name="expression">Its text, which the compiler fills in.</param>
    /// <exception cref="InvariantViolatedException">The condition does not hold.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
            Throw(expression);
    }

    // Apart from the check, so that the check itself is small enough to be inlined.
    [DoesNotReturn]
    private static void Throw(string expression) => throw new InvariantViolatedException(expression);
}
