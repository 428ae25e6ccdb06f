namespace StreamLog;

/// <summary>A handler that the application added: of which node and topic, and for which group. Immutable.</summary>
internal sealed record HandlerRegistration(string NodeName, string TopicName, string Group);
