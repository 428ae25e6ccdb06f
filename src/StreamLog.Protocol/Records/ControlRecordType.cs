namespace StreamLog.Protocol.Records;

/// <summary>What a control record marks, with Kafka's numbers.</summary>
public enum ControlRecordType : short
{
    /// <summary>The transaction's records before it do not count.</summary>
    Abort = 0,

    /// <summary>The transaction's records before it count.</summary>
    Commit = 1,

    /// <summary>A quorum has a new leader.</summary>
    LeaderChange = 2,

    /// <summary>The header of a snapshot.</summary>
    SnapshotHeader = 3,

    /// <summary>The footer of a snapshot.</summary>
    SnapshotFooter = 4,

    /// <summary>The version of the quorum's protocol.</summary>
    KRaftVersion = 5,

    /// <summary>The voters of a quorum.</summary>
    KRaftVoters = 6,
}
