using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>Hears of committed metadata, in order and without gaps.</summary>
[Experimental("STREAMLOG001")]
public interface IMetadataListener
{
    /// <summary>Takes what all batches before an offset amount to, in place of these batches. Comes first if at
    /// all.</summary>
    /// <param name="endOffset">The offset behind the last record that it stands for.</param>
    /// <param name="controllerEpoch">The epoch of the controller that wrote that record.</param>
    /// <param name="records">The records of the snapshot, to be gone through once and within the call. The bytes of
    /// one are gone with the next.</param>
    void Restored(long endOffset, int controllerEpoch, IEnumerable<ReadOnlyMemory<byte>> records);

    /// <summary>Takes a committed batch. Must not block, and must not call back into the coordination.</summary>
    /// <param name="baseOffset">The offset of the first record.</param>
    /// <param name="controllerEpoch">The epoch of the controller that wrote them.</param>
    /// <param name="records">The records. The bytes are gone after the call.</param>
    void Committed(long baseOffset, int controllerEpoch, IReadOnlyList<ReadOnlyMemory<byte>> records);
}
