namespace StreamLog;

/// <summary>From where on a node counts as unwell. What is offline or damaged always counts.</summary>
public sealed class StreamLogHealthCheckOptions
{
    /// <summary>Gets or sets below how many free bytes the node is degraded.</summary>
    /// <value>The default is 1 GiB of disk: time to look, and nothing has happened yet. In memory it is a quarter of
    /// <see cref="StreamLogOptions.MemoryLimit"/>.</value>
    public long? DegradedAvailableBytes { get; set; }

    /// <summary>Gets or sets below how many free bytes the node is unhealthy.</summary>
    /// <value>The default is 64 MiB of disk: a fast producer fills that within seconds, and then appends are refused.
    /// In memory it is a sixteenth of <see cref="StreamLogOptions.MemoryLimit"/>.</value>
    public long? UnhealthyAvailableBytes { get; set; }

    /// <summary>Gets or sets from how many uncommitted records of a group on the node is degraded.</summary>
    /// <value>The default is <see langword="null"/>: how far a group may be behind is the application's to
    /// say.</value>
    public long? DegradedLag { get; set; }

    /// <summary>Gets or sets from how many uncommitted records of a group on the node is unhealthy.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public long? UnhealthyLag { get; set; }

    /// <summary>Gets or sets how long a handler may have a record that is not done before the node is
    /// degraded.</summary>
    /// <value>The default is five minutes: nothing behind that record is committed meanwhile.</value>
    public TimeSpan? DegradedHandlingAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a handler may have a record that is not done before the node is
    /// unhealthy.</summary>
    /// <value>The default is <see langword="null"/>: how long a handler may take is the application's to say.</value>
    public TimeSpan? UnhealthyHandlingAge { get; set; }

    /// <summary>Gets or sets how long the brokers of a cluster may take to answer the check, where one is in the place
    /// of the node, before that is unhealthy. After each third of it another one is asked.</summary>
    /// <value>The default is 5 seconds. <see langword="null"/> asks no broker.</value>
    public TimeSpan? ClusterTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
