using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Quotas;

/// <summary>Holds back who creates and deletes partitions too fast: newer clients are refused, older ones held back
/// afterwards (KIP-599). For one request.</summary>
/// <param name="book">The account.</param>
/// <param name="context">The client.</param>
/// <param name="defaultPartitions">How many partitions a topic gets for which none is given.</param>
internal sealed class MutationQuota(QuotaBook book, RequestContext context, int defaultPartitions)
{
    private const short StrictCreate = 6;
    private const short StrictDelete = 5;
    private const short StrictGrow = 3;

    /// <summary>Gets for how many milliseconds the client is to be held back.</summary>
    public int ThrottleTimeMs { get; private set; }

    /// <summary>Tells whether a request is about partitions that come or go.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsAbout(object request) =>
        request is CreateTopicsRequest or DeleteTopicsRequest or CreatePartitionsRequest;

    /// <summary>Parts a request into what is granted and what is refused.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <returns>The parts.</returns>
    public RequestSplit<TResponse> Split<TResponse>(IRequest<TResponse> request)
        where TResponse : class => Refusal.Split(request, target => Judge(request, target));

    private ErrorCode Judge(object request, RequestTarget target)
    {
        (int partitions, bool isStrict) = request switch
        {
            CreateTopicsRequest create => (Created(create, target.Name), create.Version >= StrictCreate),
            DeleteTopicsRequest delete => (Deleted(target), delete.Version >= StrictDelete),
            CreatePartitionsRequest grow => (Added(grow, target.Name), grow.Version >= StrictGrow),
            _ => (0, false),
        };
        if (partitions <= 0)
            return ErrorCode.None;

        int throttle = book.UseMutations(context, partitions, isStrict);
        ThrottleTimeMs = Math.Max(ThrottleTimeMs, throttle);
        return isStrict && throttle > 0 ? ErrorCode.ThrottlingQuotaExceeded : ErrorCode.None;
    }

    // What is there already is refused for that, and takes nothing.
    private int Created(CreateTopicsRequest request, string name)
    {
        if (book.Image.FindTopic(name) is not null)
            return 0;
        CreateTopicsRequest.CreatableTopic? topic = request.Topics.Find(topic => topic.Name == name);
        return topic switch
        {
            null => 0,
            { Assignments.Count: > 0 } => topic.Assignments.Count,
            { NumPartitions: -1 } => defaultPartitions,
            _ => topic.NumPartitions,
        };
    }

    private int Deleted(RequestTarget target)
    {
        ClusterImage image = book.Image;
        TopicImage? topic = target.TopicId == Guid.Empty
            ? image.FindTopic(target.Name)
            : image.FindTopic(target.TopicId);
        return topic?.Partitions.Length ?? 0;
    }

    private int Added(CreatePartitionsRequest request, string name) =>
        book.Image.FindTopic(name) is { } topic && request.Topics.Find(asked => asked.Name == name) is { } asked
            ? asked.Count - topic.Partitions.Length
            : 0;
}
