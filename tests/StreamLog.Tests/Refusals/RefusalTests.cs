using System.Collections;
using System.Reflection;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;
using StreamLog.Tests.Messages;
using Xunit;

namespace StreamLog.Tests.Refusals;

/// <summary>What holds of the refusals of every API, over random requests.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string> Requests => [.. MessageType.All
        .Where(message => message.Declaration.Kind == MessageKind.Request).Select(message => message.Name)];

    [Theory]
    [MemberData(nameof(Requests))]
    public void Every_request_can_be_refused(string name) =>
        Assert.True(
            Refusal.Knows(MessageType.Named(name).Type),
            $"{name} has no row in src/StreamLog.Protocol/Refusals/RefusalTable.cs. Give it one.");

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_is_refused_as_a_whole_with_the_error(string name)
    {
        foreach ((object request, int _) in RandomRequests(name))
        {
            string before = MessageText.Of(request);

            object response = Refusal.CreateResponse(request, ErrorCode.CoordinatorNotAvailable, "Not now.");

            Assert.Equal(name.Replace("Request", "Response", StringComparison.Ordinal), response.GetType().Name);
            Assert.All(ErrorsIn(response), error =>
                Assert.True(error is ErrorCode.CoordinatorNotAvailable or ErrorCode.None));
            Assert.Equal(before, MessageText.Of(request));
            if (Refusal.Targets(request).Any(HasPlace))
                Assert.Contains(ErrorCode.CoordinatorNotAvailable, ErrorsIn(response));
            (response as IDisposable)?.Dispose();
            (request as IDisposable)?.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_split_parts_what_a_request_names_and_changes_nothing_of_it(string name) =>
        Generic(nameof(CheckSplit), name);

    [Theory]
    [MemberData(nameof(Requests))]
    public void What_nobody_refuses_is_the_senders_own_request(string name) => Generic(nameof(CheckAdmitted), name);

    [Fact]
    public void What_is_no_request_is_told_so()
    {
        ArgumentException thrown =
            Assert.Throws<ArgumentException>(() => Refusal.CreateResponse("hello", ErrorCode.InvalidRequest));

        Assert.Contains("System.String is no request", thrown.Message, StringComparison.Ordinal);
    }

    private static void Generic(string check, string name)
    {
        Type response = MessageType.Named(name.Replace("Request", "Response", StringComparison.Ordinal)).Type;
        MethodInfo method = typeof(RefusalTests).GetMethod(check, BindingFlags.Static | BindingFlags.NonPublic)!;
        foreach ((object request, int seed) in RandomRequests(name))
        {
            method.MakeGenericMethod(response).Invoke(null, [request, seed]);
            (request as IDisposable)?.Dispose();
        }
    }

    private static void CheckAdmitted<TResponse>(IRequest<TResponse> request, int seed)
        where TResponse : class
    {
        RequestSplit<TResponse> split = Refusal.Split(request, _ => ErrorCode.None);

        Assert.True(ReferenceEquals(request, split.Admitted), $"Seed {seed}.");
        Assert.Null(split.Refused);
    }

    private static void CheckSplit<TResponse>(IRequest<TResponse> request, int seed)
        where TResponse : class
    {
        string before = MessageText.Of(request);
        Random random = new(seed);
        List<(RequestTarget Target, ErrorCode Verdict)> judged = [];
        RequestSplit<TResponse> split = Refusal.Split(request, target =>
        {
            ErrorCode verdict = random.Next(3) switch
            {
                0 => ErrorCode.None,
                1 => ErrorCode.NotLeaderOrFollower,
                _ => ErrorCode.TopicAuthorizationFailed,
            };
            judged.Add((target, verdict));
            return verdict;
        });

        Assert.Equal(before, MessageText.Of(request));

        // What goes on names exactly what was admitted, and what was refused has its error in the answer.
        ErrorCode[] refused = [.. judged.Select(each => each.Verdict).Where(error => error != ErrorCode.None)];
        Assert.Equal(refused.Length > 0, split.Refused is not null);
        if (split.Admitted is not null)
        {
            IEnumerable<RequestTarget> left = Refusal.Targets(split.Admitted);
            Assert.Empty(left.Except(
                judged.Where(each => each.Verdict == ErrorCode.None).Select(each => each.Target)));
        }

        if (split.Refused is null)
            return;
        HashSet<ErrorCode> told = [.. ErrorsIn(split.Refused).Where(error => error != ErrorCode.None)];
        IEnumerable<ErrorCode> toTell = judged
            .Where(each => each.Verdict != ErrorCode.None && HasPlace(each.Target)).Select(each => each.Verdict);
        Assert.Empty(told.Except(refused));
        Assert.Empty(toTell.Except(told));
        if (split.Admitted is null)
            return;

        TResponse rest = Refusal.CreateResponse(split.Admitted, ErrorCode.None);
        int count = ErrorsIn(rest).Count(error => error != ErrorCode.None);
        TResponse merged = split.Merge(rest);
        Assert.Same(rest, merged);
        Assert.Equal(0, count);
        Assert.Equal(
            ErrorsIn(split.Refused).Where(error => error != ErrorCode.None).Order(),
            ErrorsIn(merged).Where(error => error != ErrorCode.None).Order());
    }

    // What names a group or a transactional id and no partition may be answered with an empty list, as in Kafka.
    private static bool HasPlace(RequestTarget target) =>
        target.Kind is not (RequestTargetKind.Group or RequestTargetKind.TransactionalId);

    private static IEnumerable<(object Request, int Seed)> RandomRequests(string name)
    {
        MessageType message = MessageType.Named(name);
        foreach (short version in message.Versions)
        {
            for (int seed = 1; seed <= 20; seed++)
            {
                object request = new RandomMessages(seed).Create(message, version);
                if (request is IVersionedRequest versioned)
                    versioned.Version = version;
                yield return (request, seed);
            }
        }
    }

    private static IEnumerable<ErrorCode> ErrorsIn(object? value)
    {
        switch (value)
        {
            case ErrorCode error:
                return [error];
            case string or RecordBuffer or byte[] or null:
                return [];
            case IEnumerable items:
                return items.Cast<object?>().SelectMany(ErrorsIn);
            default:
                return value.GetType().Namespace == typeof(ProduceRequest).Namespace
                    ? value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                        .SelectMany(property => ErrorsIn(property.GetValue(value)))
                    : [];
        }
    }
}
