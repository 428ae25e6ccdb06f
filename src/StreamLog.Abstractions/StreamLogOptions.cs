using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using StreamLog.Extensibility;

namespace StreamLog;

/// <summary>How a node is set up. Without any setting it is durable, in <c>streamlog-data</c>.</summary>
/// <remarks>Read once when the node starts. Binds from the configuration section <c>StreamLog</c>.</remarks>
public sealed class StreamLogOptions
{
    /// <summary>Gets or sets the directory that holds everything. Kafka calls it <c>log.dirs</c>.</summary>
    /// <value>
    /// The default is <c>streamlog-data</c>, below the host's content root or, without a host, below the current
    /// directory.
    /// </value>
    [Required(AllowEmptyStrings = false)]
    public string DataDirectory { get; set; } = "streamlog-data";

    /// <summary>Gets or sets whether everything is kept in memory and is gone with the node.</summary>
    /// <value>The default is <see langword="false"/>: nobody loses data by leaving a setting out.</value>
    public bool InMemory { get; set; }

    /// <summary>Gets or sets how many bytes an in-memory node may keep; beyond it appends fail with
    /// <see cref="ErrorCode.StorageFull"/>.</summary>
    /// <value>The default is 256 MiB: enough for tests, and too little to bring a process down.</value>
    [Range(1024 * 1024, long.MaxValue)]
    public long MemoryLimit { get; set; } = 256L * 1024 * 1024;

    /// <summary>Gets or sets what an acknowledgement promises, where a topic does not say.</summary>
    /// <value>The default is <see cref="Durability.OnCommit"/>: what is acknowledged is kept.</value>
    public Durability Durability { get; set; } = Durability.OnCommit;

    /// <summary>Gets or sets after how long data of <see cref="Durability.PageCache"/> topics is forced to disk. Kafka
    /// calls it <c>log.flush.interval.ms</c>.</summary>
    /// <value>The default is one second: it bounds what a power failure takes, and costs next to nothing.</value>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the node's id. Kafka calls it <c>node.id</c>.</summary>
    /// <value>The default is 1. A data directory belongs to one id for good.</value>
    [Range(0, int.MaxValue)]
    public int NodeId { get; set; } = 1;

    /// <summary>Gets or sets whether a topic that is named and not there is created, with the defaults below. Kafka
    /// calls it <c>auto.create.topics.enable</c>.</summary>
    /// <value>The default is <see langword="false"/>: a misspelt name should fail and not swallow records.</value>
    public bool AutoCreateTopics { get; set; }

    /// <summary>Gets or sets the number of partitions of a topic for which none is given. Kafka calls it
    /// <c>num.partitions</c>.</summary>
    /// <value>The default is 1, as Kafka's.</value>
    [Range(1, 100_000)]
    public int DefaultPartitions { get; set; } = 1;

    /// <summary>Gets or sets how long a stopping node waits for work under way.</summary>
    /// <value>The default is 30 seconds, the shutdown timeout of .NET's generic host.</value>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long a committed offset is kept after its group has lost its last member, or after the
    /// commit where the group has no members or none that reads the topic. Kafka calls it
    /// <c>offsets.retention.minutes</c>.</summary>
    /// <value>The default is for ever: an embedded log does not forget what nobody asked it to forget. Offsets of a
    /// deleted topic go with it.</value>
    public TimeSpan? OffsetsRetention { get; set; }

    /// <summary>Gets what holds for all groups of the node.</summary>
    public GroupOptions Groups { get; } = new();

    /// <summary>Gets who may come to the node over the network, and who may do what.</summary>
    public SecurityOptions Security { get; } = new();

    /// <summary>Gets the settings that all topics begin with. A topic's own settings extend them.</summary>
    public LogOptions Log { get; } = new();

    /// <summary>Gets how the node looks after its logs in the background.</summary>
    public MaintenanceOptions Maintenance { get; } = new();

    /// <summary>Gets the settings that all producers begin with.</summary>
    public ProducerOptions Producer { get; } = new();

    /// <summary>Gets the settings that all consumers begin with.</summary>
    public ConsumerOptions Consumer { get; } = new();

    /// <summary>Gets or sets who is told how far a start has come in opening the partitions.</summary>
    /// <value>
    /// The default is nobody; the log says it too, every five seconds. An exception of the callback is logged, and the
    /// start goes on. It is called on the threads that open partitions, so it should be quick.
    /// </value>
    public IProgress<RecoveryProgress>? RecoveryProgress { get; set; }

    /// <summary>Gets topics that the node creates when it starts, where they are missing, by name.</summary>
    /// <remarks>
    /// A topic that is there gets the settings given here; its number of partitions is raised where it is smaller, and
    /// never lowered.
    /// </remarks>
    public IDictionary<string, TopicOptions> Topics { get; } =
        new Dictionary<string, TopicOptions>(StringComparer.Ordinal);

    /// <summary>Gets what starts once the node is ready, and stops before it does, in the opposite order: listeners,
    /// dashboards. Packages add theirs.</summary>
    [Experimental("STREAMLOG001")]
    public IList<INodeComponent> Components { get; } = [];
}
