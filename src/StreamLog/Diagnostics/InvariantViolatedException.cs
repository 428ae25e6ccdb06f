namespace StreamLog.Diagnostics;

/// <summary>Something that must always be true was not: a mistake in StreamLog itself.</summary>
/// <param name="expression">The text of the condition that did not hold.</param>
/// <remarks>
/// Nobody catches it but the top of a work loop, which takes the owner of the loop offline. The process that StreamLog
/// is a guest of goes on.
/// </remarks>
internal sealed class InvariantViolatedException(string expression)
    : Exception($"This must hold and does not: {expression}. It is a defect of StreamLog; please report it.");
