namespace StreamLog.Storage;

/// <summary>Something that is done to a directory's logs every so often.</summary>
internal interface IMaintenanceTask
{
    /// <summary>Gets its name: for logs, and for <see cref="MaintenanceLoop.RunNowAsync{T}"/>.</summary>
    string Name { get; }

    /// <summary>Gets how long it rests between the end of a turn and the beginning of the next.</summary>
    TimeSpan Interval { get; }

    /// <summary>Does one turn. Never called while another turn of it is under way.</summary>
    /// <param name="stopping">The directory closes: the turn is to end soon, and may throw.</param>
    ValueTask RunAsync(CancellationToken stopping);
}
