namespace StreamLog;

/// <summary>A topic that the application added: which node it belongs to, and what it is called. Immutable.</summary>
internal abstract record TopicRegistration(string NodeName, string TopicName);
