namespace StreamLog.Protocol;

/// <summary>The versions of one API that a broker speaks, both ends included.</summary>
/// <param name="ApiKey">The API.</param>
/// <param name="MinVersion">The oldest version spoken.</param>
/// <param name="MaxVersion">The newest version spoken.</param>
public readonly record struct ApiVersionRange(ApiKey ApiKey, short MinVersion, short MaxVersion)
{
    /// <summary>Tells whether a version lies in the range.</summary>
    /// <param name="version">The version asked about.</param>
    /// <returns><see langword="true"/> if the broker speaks it.</returns>
    public bool Contains(short version) => version >= MinVersion && version <= MaxVersion;
}
