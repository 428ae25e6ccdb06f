namespace StreamLog.Testing.Faults;

/// <summary>The topics that there are, as far as faults go by them. Thread-safe.</summary>
internal interface IFaultTopics
{
    /// <summary>Tells the name of a topic.</summary>
    /// <param name="topicId">Its id.</param>
    /// <returns>The name, or <see langword="null"/> where there is no such topic.</returns>
    string? NameOf(Guid topicId);

    /// <summary>Tells whether there is a topic.</summary>
    /// <param name="topic">Its name.</param>
    /// <returns>Whether there is.</returns>
    bool Has(string topic);
}
