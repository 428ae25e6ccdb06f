namespace StreamLog.Groups.Share;

/// <summary>Offsets one after another that are in the same state. Immutable.</summary>
/// <param name="First">The first offset.</param>
/// <param name="Last">The last offset.</param>
/// <param name="State">The state.</param>
/// <param name="DeliveryCount">How often they were delivered.</param>
/// <param name="MemberId">Who has acquired them; <see langword="null"/> in another state.</param>
/// <param name="LockedUntil">When that ends, in the time of decisions; the end of time in another state.</param>
internal readonly record struct DeliveryRun(
    long First,
    long Last,
    DeliveryState State,
    short DeliveryCount,
    string? MemberId = null,
    long LockedUntil = long.MaxValue)
{
    /// <summary>Gets how many offsets there are.</summary>
    public long Count => Last - First + 1;

    /// <summary>Gets whether no more will become of them.</summary>
    public bool IsOver => State is DeliveryState.Acknowledged or DeliveryState.Archived;

    /// <summary>Tells whether another run says the same of its offsets.</summary>
    /// <param name="other">The other run.</param>
    /// <returns><see langword="true"/> if both are one, where one follows the other.</returns>
    public bool HasSameState(in DeliveryRun other) =>
        State == other.State
        && DeliveryCount == other.DeliveryCount
        && MemberId == other.MemberId
        && LockedUntil == other.LockedUntil;
}
