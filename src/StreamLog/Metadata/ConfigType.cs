namespace StreamLog.Metadata;

/// <summary>The types of settings, by Kafka's numbers.</summary>
internal enum ConfigType
{
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean = 1,

    /// <summary>A text, usually one of a few.</summary>
    Text = 2,

    /// <summary>A whole number of 32 bits.</summary>
    Int32 = 3,

    /// <summary>A whole number of 64 bits.</summary>
    Int64 = 5,

    /// <summary>A number with a fraction.</summary>
    Number = 6,

    /// <summary>Texts between commas.</summary>
    List = 7,
}
