using System.Text;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Tests.Broker;

namespace StreamLog.Tests.Groups.Share;

/// <summary>A member of a share group that reads one partition, request by request.</summary>
internal sealed class ShareClient : IAsyncDisposable
{
    public const string Group = "workers";

    private readonly string _group;
    private readonly string _memberId;
    private readonly RequestContext _context;
    private int _memberEpoch;
    private int _sessionEpoch;

    private ShareClient(
        BrokerHarness broker, string memberId, string group = Group, RequestContext? context = null)
    {
        Broker = broker;
        _context = context ?? RequestContext.Local;
        _memberId = memberId;
        _group = group;
    }

    public BrokerHarness Broker { get; }

    public Guid TopicId { get; private set; }

    public static async Task<ShareClient> StartAsync(
        string memberId, IFileSystem? files = null, string? reset = "earliest")
    {
        BrokerHarness broker = await BrokerHarness.StartAsync(files: files);
        await broker.CreateTopicAsync("jobs");
        ShareClient client = new(broker, memberId);
        if (reset is not null)
            await client.ConfigureAsync("share.auto.offset.reset", reset);
        return await client.JoinAsync(memberId);
    }

    public async Task<ShareClient> JoinAsync(string memberId)
    {
        ShareClient client = new(Broker, memberId);
        await client.HeartbeatAsync();
        return client;
    }

    public ShareClient As(string memberId, string group = Group) =>
        new(Broker, memberId, group) { TopicId = TopicId, _sessionEpoch = 1 };

    public ShareClient Over(BrokerHarness broker) =>
        new(broker, _memberId) { TopicId = TopicId, _memberEpoch = _memberEpoch };

    /// <summary>Returns the same member, as it is after it has connected anew.</summary>
    public ShareClient Over(RequestContext connection) =>
        new(Broker, _memberId, _group, connection) { TopicId = TopicId, _memberEpoch = _memberEpoch };

    public async Task<ErrorCode> HeartbeatAsync()
    {
        ShareGroupHeartbeatResponse response = await Broker.SendAsync(new ShareGroupHeartbeatRequest
        {
            GroupId = _group,
            MemberId = _memberId,
            MemberEpoch = _memberEpoch,
            SubscribedTopicNames = _memberEpoch == 0 ? ["jobs"] : null,
        });
        _memberEpoch = response.MemberEpoch;
        TopicId = response.Assignment?.TopicPartitions.Single().TopicId ?? TopicId;
        return response.ErrorCode;
    }

    public async Task LeaveAsync()
    {
        await SendFetchAsync(epoch: -1);
        _memberEpoch = -1;
        await HeartbeatAsync();
    }

    public async Task<ShareFetchResponse> SendFetchAsync(
        int? epoch = null, int maxRecords = 100, int maxWaitMs = 0, Guid? topicId = null)
    {
        ShareFetchRequest request = new()
        {
            GroupId = _group,
            MemberId = _memberId,
            ShareSessionEpoch = epoch ?? _sessionEpoch,
            MaxWaitMs = maxWaitMs,
            MaxRecords = maxRecords,
            Topics =
            {
                new() { TopicId = topicId ?? TopicId, Partitions = { new() { PartitionIndex = 0 } } },
            },
        };
        ShareFetchResponse response = await Broker.Door.SendAsync(request, _context, CancellationToken.None);
        if (epoch is null && response.ErrorCode == ErrorCode.None)
            _sessionEpoch++;
        return response;
    }

    /// <summary>Acquires, and tells offset, value and count of each record.</summary>
    public async Task<List<string>> FetchAsync(int maxRecords = 100, int maxWaitMs = 0)
    {
        using ShareFetchResponse response = await SendFetchAsync(maxRecords: maxRecords, maxWaitMs: maxWaitMs);
        if (response.ErrorCode != ErrorCode.None)
            throw new StreamLogException(response.ErrorCode, "The fetch was refused.");
        List<string> texts = [];
        foreach (ShareFetchResponse.PartitionData data in response.Responses.SelectMany(topic => topic.Partitions))
        {
            if (data.ErrorCode != ErrorCode.None)
                throw new StreamLogException(data.ErrorCode, "The partition was refused.");
            RecordBatchEnumerator walk = new(data.Records!.Span);
            while (walk.MoveNext())
            {
                using RecordReader reader = new(walk.Current);
                while (reader.MoveNext())
                {
                    long offset = reader.Current.Offset;
                    if (data.AcquiredRecords.Find(
                        run => run.FirstOffset <= offset && offset <= run.LastOffset) is { } acquired)
                    {
                        texts.Add(
                            $"{offset}:{Encoding.UTF8.GetString(reader.Current.Value)} x{acquired.DeliveryCount}");
                    }
                }
            }
        }

        return texts;
    }

    public Task<ErrorCode> SayAsync(params (long First, long Last, int Type)[] said) => SayAsync(TopicId, 0, said);

    public Task<ErrorCode> SayAsync(int epoch, params (long First, long Last, int Type)[] said) =>
        SendAsync(TopicId, 0, epoch, said);

    public async Task<ErrorCode> SayAsync(
        Guid topicId, int partition, params (long First, long Last, int Type)[] said)
    {
        ErrorCode error = await SendAsync(topicId, partition, _sessionEpoch, said);
        if (error != ErrorCode.ShareSessionNotFound)
            _sessionEpoch++;
        return error;
    }

    /// <summary>How far the group has come, and how much is left.</summary>
    public async Task<(long Start, long Lag)> DescribeAsync()
    {
        DescribeShareGroupOffsetsResponse.DescribedPartition partition = (await DescribeAllAsync()).Single();
        return (partition.StartOffset, partition.Lag);
    }

    public async Task<List<DescribeShareGroupOffsetsResponse.DescribedPartition>> DescribeAllAsync()
    {
        DescribeShareGroupOffsetsResponse response = await Broker.SendAsync(
            new DescribeShareGroupOffsetsRequest { Groups = { new() { GroupId = _group, Topics = null } } });
        return [.. response.Groups.Single().Topics.SelectMany(topic => topic.Partitions)];
    }

    public async Task<ErrorCode> AlterAsync(long start)
    {
        AlterShareGroupOffsetsResponse response = await Broker.SendAsync(new AlterShareGroupOffsetsRequest
        {
            GroupId = _group,
            Topics =
            {
                new() { TopicName = "jobs", Partitions = { new() { PartitionIndex = 0, StartOffset = start } } },
            },
        });
        return response.ErrorCode != ErrorCode.None
            ? response.ErrorCode
            : response.Responses.Single().Partitions.Single().ErrorCode;
    }

    public async Task<ErrorCode> DeleteOffsetsAsync()
    {
        DeleteShareGroupOffsetsResponse response = await Broker.SendAsync(
            new DeleteShareGroupOffsetsRequest { GroupId = _group, Topics = { new() { TopicName = "jobs" } } });
        return response.ErrorCode != ErrorCode.None ? response.ErrorCode : response.Responses.Single().ErrorCode;
    }

    public async Task<ErrorCode> ConfigureAsync(string name, string value) =>
        (await Broker.SendAsync(new IncrementalAlterConfigsRequest
        {
            Resources =
            {
                new()
                {
                    ResourceType = 32,
                    ResourceName = _group,
                    Configs = { new() { Name = name, Value = value, ConfigOperation = 0 } },
                },
            },
        })).Responses.Single().ErrorCode;

    public ValueTask DisposeAsync() => Broker.DisposeAsync();

    private async Task<ErrorCode> SendAsync(
        Guid topicId, int partition, int epoch, (long First, long Last, int Type)[] said)
    {
        ShareAcknowledgeRequest request = new()
        {
            GroupId = _group,
            MemberId = _memberId,
            ShareSessionEpoch = epoch,
            Topics =
            {
                new()
                {
                    TopicId = topicId,
                    Partitions =
                    {
                        new()
                        {
                            PartitionIndex = partition,
                            AcknowledgementBatches = [.. said.Select(
                                run => new ShareAcknowledgeRequest.AcknowledgementBatch
                                {
                                    FirstOffset = run.First,
                                    LastOffset = run.Last,
                                    AcknowledgeTypes = [(sbyte)run.Type],
                                })],
                        },
                    },
                },
            },
        };
        ShareAcknowledgeResponse response = await Broker.Door.SendAsync(request, _context, CancellationToken.None);
        return response.ErrorCode != ErrorCode.None
            ? response.ErrorCode
            : response.Responses.Single().Partitions.Single().ErrorCode;
    }
}
