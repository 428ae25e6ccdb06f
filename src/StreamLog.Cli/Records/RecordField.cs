namespace StreamLog.Cli.Records;

/// <summary>What <c>consume --show</c> can print of a record.</summary>
internal enum RecordField
{
    Topic,
    Partition,
    Offset,
    Time,
    Key,
    Value,
    Headers,
}
