namespace ExactlyOnce;

/// <summary>The topics of the sample.</summary>
internal static class Topics
{
    /// <summary>The rows of the data, by species.</summary>
    public const string Strikes = "strikes";

    /// <summary>How many strikes of a species are counted, whenever that has changed. Its last record
    /// counts.</summary>
    public const string Counts = "counts";

    /// <summary>How many partitions each of them has.</summary>
    public const int Partitions = 6;
}
