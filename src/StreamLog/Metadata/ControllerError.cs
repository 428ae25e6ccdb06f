namespace StreamLog.Metadata;

/// <summary>Why the controller refuses something.</summary>
/// <param name="Code">Kafka's code.</param>
/// <param name="Message">The fact, and what would be right.</param>
internal readonly record struct ControllerError(ErrorCode Code, string Message);
