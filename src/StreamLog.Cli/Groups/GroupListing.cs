namespace StreamLog.Cli.Groups;

/// <summary>One group, as it is listed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its protocol: consumer, classic or share.</param>
/// <param name="State">What it is doing.</param>
internal sealed record GroupListing(string Name, string Type, string State);
