using Microsoft.Extensions.Options;
using StreamLog.Metadata;

namespace StreamLog;

/// <summary>Checks a node's options, and says of each that is wrong where it is set and what would be right.</summary>
/// <remarks>
/// Stateless but for the path, thread-safe. The host runs it when it starts, and so does a node without a host. The
/// limits of single options are the annotations of their properties; the rules here are those between options.
/// </remarks>
internal sealed class StreamLogOptionsValidator : IValidateOptions<StreamLogOptions>
{
    private static readonly StreamLogOptionsLimits NodeLimits = new();
    private static readonly GroupOptionsLimits GroupLimits = new();
    private static readonly LogOptionsLimits LogLimits = new();
    private static readonly MaintenanceOptionsLimits MaintenanceLimits = new();
    private static readonly ProducerOptionsLimits ProducerLimits = new();
    private static readonly ConsumerOptionsLimits ConsumerLimits = new();
    private static readonly TopicOptionsLimits TopicLimits = new();

    private readonly string? _name;
    private readonly string _path;

    /// <summary>Creates the validator.</summary>
    /// <param name="name">The name of the options it checks, or <see langword="null"/> for any.</param>
    /// <param name="path">The configuration section that the options are read from.</param>
    public StreamLogOptionsValidator(string? name, string path)
    {
        _name = name;
        _path = path;
    }

    /// <summary>Throws if options are not fit to start a node.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="OptionsValidationException">They are not; the exception holds every failure.</exception>
    public static void ThrowIfInvalid(StreamLogOptions options)
    {
        StreamLogOptionsValidator validator = new(name: null, StreamLogConfiguration.Section);
        ValidateOptionsResult result = validator.Validate(Options.DefaultName, options);
        if (result.Failed)
            throw new OptionsValidationException(Options.DefaultName, typeof(StreamLogOptions), result.Failures);
    }

    /// <summary>Throws if options are not fit to start a producer.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="OptionsValidationException">They are not; the exception holds every failure.</exception>
    public static void ThrowIfInvalid(ProducerOptions options)
    {
        OptionRules rules = new(StreamLogConfiguration.Section);
        rules.Limits($"{StreamLogConfiguration.Section}:Producer", options, ProducerLimits);
        CheckProducer(rules, options);
        rules.ThrowIfBroken(typeof(ProducerOptions));
    }

    /// <summary>Throws if options are not fit to start a consumer.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="OptionsValidationException">They are not; the exception holds every failure.</exception>
    public static void ThrowIfInvalid(ConsumerOptions options)
    {
        OptionRules rules = new(StreamLogConfiguration.Section);
        rules.Limits($"{StreamLogConfiguration.Section}:Consumer", options, ConsumerLimits);
        CheckConsumer(rules, options);
        rules.ThrowIfBroken(typeof(ConsumerOptions));
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, StreamLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (_name is not null && _name != name)
            return ValidateOptionsResult.Skip;

        OptionRules rules = new(_path);
        rules.Limits(_path, options, NodeLimits);
        rules.Limits($"{_path}:Groups", options.Groups, GroupLimits);
        rules.Limits($"{_path}:Log", options.Log, LogLimits);
        rules.Limits($"{_path}:Maintenance", options.Maintenance, MaintenanceLimits);
        rules.Limits($"{_path}:Producer", options.Producer, ProducerLimits);
        rules.Limits($"{_path}:Consumer", options.Consumer, ConsumerLimits);
        CheckNode(rules, options);
        NodeConfigs? inherited = CheckConfigs(rules, options);
        CheckGroups(rules, options.Groups);
        CheckSecurity(rules, options.Security);
        CheckMaintenance(rules, options.Maintenance);
        CheckProducer(rules, options.Producer);
        CheckConsumer(rules, options.Consumer);
        foreach ((string topic, TopicOptions settings) in options.Topics)
            CheckTopic(rules, topic, settings, inherited);

        return rules.Result();
    }

    private static void CheckNode(OptionRules rules, StreamLogOptions options)
    {
        rules.Defined("Durability", options.Durability);
        rules.Positive("FlushInterval", options.FlushInterval);
        rules.NotNegative("ShutdownTimeout", options.ShutdownTimeout);
        if (options.OffsetsRetention is { } retention)
            rules.Positive("OffsetsRetention", retention);
        rules.Positive("Log:SegmentAge", options.Log.SegmentAge, TimeSpan.MaxValue);
        rules.Defined("Log:TimestampType", options.Log.TimestampType);
        if (!options.InMemory && options.DataDirectory?.Contains('\0', StringComparison.Ordinal) == true)
            rules.Fail("DataDirectory", "holds a zero character, which no path may. Give the path of a directory.");
    }

    /// <summary>Checks what topics begin with.</summary>
    /// <returns>That, if it is legal.</returns>
    private static NodeConfigs? CheckConfigs(OptionRules rules, StreamLogOptions options)
    {
        if (options.Log.Retention is { } retention && retention != Timeout.InfiniteTimeSpan)
            rules.Positive("Log:Retention", retention, TimeSpan.MaxValue);

        bool areLegal = true;
        foreach ((string name, string value) in options.Log.Configs)
        {
            string? fault = NodeConfigNames.FindFault(name, value);
            rules.NoFault($"Log:Configs:{name}", fault);
            areLegal &= fault is null;
        }

        if (!areLegal)
            return null;
        NodeConfigs inherited = new(options);
        string? conflict = inherited.FindConflict(ClusterDelta.NoConfigs);
        rules.NoFault("Log:Configs", conflict);
        return conflict is null ? inherited : null;
    }

    private static void CheckGroups(OptionRules rules, GroupOptions options)
    {
        // Kafka's protocol counts them in milliseconds of 31 bits.
        TimeSpan max = TimeSpan.FromMilliseconds(int.MaxValue);
        TimeSpan min = TimeSpan.FromMilliseconds(1);
        rules.Defined("Groups:MigrationPolicy", options.MigrationPolicy);
        rules.Between("Groups:MinSessionTimeout", options.MinSessionTimeout, min, max);
        rules.Between("Groups:MaxSessionTimeout", options.MaxSessionTimeout, min, max);
        rules.Between("Groups:InitialRebalanceDelay", options.InitialRebalanceDelay, TimeSpan.Zero, max);
        rules.Between("Groups:ConsumerSessionTimeout", options.ConsumerSessionTimeout, min, max);
        rules.Between("Groups:ConsumerHeartbeatInterval", options.ConsumerHeartbeatInterval, min, max);
        rules.AtMost(
            "Groups:MinSessionTimeout",
            options.MinSessionTimeout,
            "Groups:MaxSessionTimeout",
            options.MaxSessionTimeout);
        if (options.ConsumerHeartbeatInterval >= options.ConsumerSessionTimeout)
        {
            rules.Fail(
                "Groups:ConsumerHeartbeatInterval",
                $"is {options.ConsumerHeartbeatInterval}, and must be below Groups:ConsumerSessionTimeout, which is "
                    + $"{options.ConsumerSessionTimeout}. Lower the one or raise the other.");
        }
    }

    private static void CheckSecurity(OptionRules rules, SecurityOptions options)
    {
        CheckSuperUsers(rules, options);

        // PLAIN ends names and passwords with a zero character.
        foreach ((string user, string password) in options.Users)
        {
            if (user.Length == 0 || user.Contains('\0', StringComparison.Ordinal))
                rules.Fail("Security:Users", "has a name that is empty or holds a zero character. Give it another.");
            if (string.IsNullOrEmpty(password) || password.Contains('\0', StringComparison.Ordinal))
                rules.Fail($"Security:Users:{user}", "is empty or holds a zero character. Give the user a password.");
        }
    }

    private static void CheckSuperUsers(OptionRules rules, SecurityOptions options)
    {
        foreach (string user in options.SuperUsers)
        {
            int colon = user.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || colon == user.Length - 1)
            {
                rules.Fail(
                    "Security:SuperUsers", $"names '{user}', which is not of the form Type:Name. Write User:{user}.");
            }
        }
    }

    private static void CheckMaintenance(OptionRules rules, MaintenanceOptions options)
    {
        rules.Positive("Maintenance:RetentionCheckInterval", options.RetentionCheckInterval);
        rules.Positive("Maintenance:CompactionInterval", options.CompactionInterval);
        rules.Positive("Maintenance:MetadataSnapshotInterval", options.MetadataSnapshotInterval);
        if (options.ScrubInterval is { } scrub)
            rules.Positive("Maintenance:ScrubInterval", scrub, TimeSpan.MaxValue);
    }

    private static void CheckProducer(OptionRules rules, ProducerOptions options)
    {
        rules.Defined("Producer:Compression", options.Compression);
        rules.Defined("Producer:Acks", options.Acks);
        if (options is { Acks: not Acks.All, Idempotence: true })
        {
            rules.Fail(
                "Producer:Idempotence",
                $"is on, and Producer:Acks is {options.Acks}: only records that all replicas acknowledge are in the "
                    + "log once. Set Acks to All, or leave Idempotence unset.");
        }

        rules.NotNegative("Producer:Linger", options.Linger);
        rules.Positive("Producer:DeliveryTimeout", options.DeliveryTimeout);
        rules.Positive("Producer:RequestTimeout", options.RequestTimeout);
        rules.NotNegative("Producer:MaxBlock", options.MaxBlock);
        rules.Between(
            "Producer:TransactionTimeout", options.TransactionTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.MaxValue);
        rules.NotNegative("Producer:RetryBackoff", options.RetryBackoff);
        rules.NotNegative("Producer:RetryBackoffMax", options.RetryBackoffMax);
        rules.AtMost(
            "Producer:RetryBackoff", options.RetryBackoff, "Producer:RetryBackoffMax", options.RetryBackoffMax);
        rules.AtMost("Producer:BatchBytes", options.BatchBytes, "Producer:BufferBytes", options.BufferBytes);
        rules.AtMost("Producer:MaxRequestBytes", options.MaxRequestBytes, "Producer:BufferBytes", options.BufferBytes);
        rules.AtMost("Producer:Linger", options.Linger, "Producer:DeliveryTimeout", options.DeliveryTimeout);
        rules.AtMost(
            "Producer:RequestTimeout", options.RequestTimeout, "Producer:DeliveryTimeout", options.DeliveryTimeout);
    }

    private static void CheckConsumer(OptionRules rules, ConsumerOptions options)
    {
        rules.Defined("Consumer:OffsetReset", options.OffsetReset);
        rules.Defined("Consumer:Isolation", options.Isolation);
        rules.Defined("Consumer:Commit", options.Commit);
        rules.Positive("Consumer:CommitInterval", options.CommitInterval);
        rules.NotNegative("Consumer:FetchMaxWait", options.FetchMaxWait);
        rules.NotNegative("Consumer:RetryBackoff", options.RetryBackoff);
        rules.Positive("Consumer:ApiTimeout", options.ApiTimeout);
        rules.Positive("Consumer:MaxPollInterval", options.MaxPollInterval);
        rules.Positive("Consumer:SessionTimeout", options.SessionTimeout);
        rules.AtMost("Consumer:FetchMinBytes", options.FetchMinBytes, "Consumer:FetchMaxBytes", options.FetchMaxBytes);
    }

    private void CheckTopic(OptionRules rules, string topic, TopicOptions settings, NodeConfigs? inherited)
    {
        string place = $"Topics:{topic}";
        rules.NoFault(place, TopicNames.FindFault(topic));
        rules.Limits($"{_path}:{place}", settings, TopicLimits);
        if (settings.Durability is { } durability)
            rules.Defined($"{place}:Durability", durability);
        if (settings.Cleanup is { } cleanup)
            rules.Defined($"{place}:Cleanup", cleanup);
        if (settings.Compression is { } compression)
            rules.Defined($"{place}:Compression", compression);
        if (settings.TimestampType is { } timestampType)
            rules.Defined($"{place}:TimestampType", timestampType);
        if (settings.Retention is { } retention && retention != Timeout.InfiniteTimeSpan)
            rules.Positive($"{place}:Retention", retention, TimeSpan.MaxValue);
        if (settings.SegmentAge is { } segmentAge)
            rules.Positive($"{place}:SegmentAge", segmentAge, TimeSpan.MaxValue);
        bool areLegal = true;
        foreach ((string name, string value) in settings.Configs)
        {
            string? fault = TopicConfigs.FindFault(name, value);
            rules.NoFault($"{place}:Configs:{name}", fault);
            areLegal &= fault is null;
        }

        if (areLegal)
            rules.NoFault($"{place}:Configs", inherited?.FindConflict(TopicOptionConfigs.Of(settings)));
    }
}
