namespace StreamLog;

/// <summary>Where a partition begins for which there is no usable offset.</summary>
public enum OffsetReset
{
    /// <summary>At the first record that is still there.</summary>
    Earliest,

    /// <summary>Behind the last record.</summary>
    Latest,

    /// <summary>Nowhere: the reader gets an error and decides.</summary>
    None,
}
