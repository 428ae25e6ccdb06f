namespace StreamLog.Kafka.Tests;

/// <summary>Tests that count the buffers of the whole process run while no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountedBuffers
{
    public const string Name = "counted buffers";
}
