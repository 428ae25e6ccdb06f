namespace StreamLog.Tests.Node;

/// <summary>What a random history is made of.</summary>
internal enum NodeOperationKind
{
    CreateTopic,
    Append,
    AppendMany,
    EnqueueAndFlush,
    AppendAgain,
    ReadAll,
    ReadFrom,
    FindTime,
    Trim,
    Retain,
    Compact,
    Repair,
    AlterSize,
    AddPartitions,
    AlterSetting,
    Commit,
    Committed,
    Describe,
    DeleteTopic,
    Restart,
}
