namespace StreamLog.Diagnostics;

/// <summary>Names failures for metrics and traces, by few and lasting names.</summary>
internal static class ErrorTypes
{
    /// <summary>Names a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <returns>The name of its <see cref="ErrorCode"/>, or of its type.</returns>
    public static string Of(Exception failure) => failure is StreamLogException { ErrorCode: ErrorCode code }
        ? code.ToString()
        : failure.GetType().FullName ?? failure.GetType().Name;
}
