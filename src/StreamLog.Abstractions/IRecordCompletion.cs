namespace StreamLog;

/// <summary>Hears of records that are done: the group consumer that handed them out.</summary>
public interface IRecordCompletion
{
    /// <summary>Marks a record done.</summary>
    /// <param name="position">The record's place.</param>
    void Complete(LogPosition position);
}
