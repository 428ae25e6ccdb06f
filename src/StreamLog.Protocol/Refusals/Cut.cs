using System.Runtime.CompilerServices;

namespace StreamLog.Protocol.Refusals;

/// <summary>One judgement of a request's parts, and which of them are wanted: first those that are admitted, then
/// those that are refused with one error after another.</summary>
/// <remarks>Not thread-safe; it lives as long as one split. The judge is asked in the first pass alone: the later ones
/// walk the request in the same order and read what was said.</remarks>
internal sealed class Cut(Func<RequestTarget, ErrorCode> judge)
{
    private readonly List<ErrorCode> _verdicts = [];
    private ErrorCode _wanted = ErrorCode.None;
    private bool _isJudged;
    private int _next;

    /// <summary>Gets the errors with which parts are refused.</summary>
    public List<ErrorCode> Errors { get; } = [];

    /// <summary>Wants what is refused with an error, from here on.</summary>
    /// <param name="error">The error.</param>
    public void Select(ErrorCode error)
    {
        _isJudged = true;
        _next = 0;
        _wanted = error;
    }

    /// <summary>Takes the wanted ones of a node's last parts.</summary>
    /// <typeparam name="TNode">The node.</typeparam>
    /// <typeparam name="TItem">Its parts.</typeparam>
    /// <param name="node">The node. It is not changed.</param>
    /// <param name="items">Its parts.</param>
    /// <param name="put">Puts parts into a node.</param>
    /// <param name="target">Tells what a part names.</param>
    /// <returns>The node itself, another one with some of its parts, or <see langword="null"/>.</returns>
    public TNode? Leaves<TNode, TItem>(
        TNode node, List<TItem> items, Action<TNode, List<TItem>> put, Func<TItem, RequestTarget> target)
        where TNode : class =>
        Take(node, items, put, (TItem item, out TItem part) =>
        {
            part = item;
            return Judge(target(item)) == _wanted;
        });

    /// <summary>Takes what is wanted of a node's parts, which have parts of their own.</summary>
    /// <typeparam name="TNode">The node.</typeparam>
    /// <typeparam name="TItem">Its parts.</typeparam>
    /// <param name="node">The node. It is not changed.</param>
    /// <param name="items">Its parts.</param>
    /// <param name="put">Puts parts into a node.</param>
    /// <param name="part">Takes what is wanted of a part.</param>
    /// <returns>The node itself, another one with some of its parts, or <see langword="null"/>.</returns>
    public TNode? Parts<TNode, TItem>(
        TNode node, List<TItem> items, Action<TNode, List<TItem>> put, Func<TItem, TItem?> part)
        where TNode : class
        where TItem : class =>
        Take(node, items, put, (TItem item, out TItem taken) =>
        {
            taken = part(item)!;
            return taken is not null;
        });

    /// <summary>Takes what is wanted of a node that is refused with all of its parts, or else part by part.</summary>
    /// <typeparam name="TNode">The node.</typeparam>
    /// <param name="node">The node. It is not changed.</param>
    /// <param name="target">What the node names.</param>
    /// <param name="whole">Makes of a node the one that stands for its being refused as a whole.</param>
    /// <param name="parts">Takes what is wanted of its parts, or <see langword="null"/> where it names none.</param>
    /// <returns>The node itself, another one, or <see langword="null"/>.</returns>
    public TNode? Under<TNode>(TNode node, RequestTarget target, Action<TNode> whole, Func<TNode?>? parts)
        where TNode : class
    {
        ErrorCode own = Judge(target);
        if (own == ErrorCode.None)
            return parts is not null ? parts() : IsForAdmitted ? node : null;
        if (own != _wanted)
            return null;

        TNode copy = Copy(node);
        whole(copy);
        return copy;
    }

    /// <summary>Gets whether the parts are wanted that may go on.</summary>
    public bool IsForAdmitted => _wanted == ErrorCode.None;

    /// <summary>Copies an object without what it refers to.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="node">The object.</param>
    /// <returns>The copy.</returns>
    public static T Copy<T>(T node)
        where T : class => (T)MemberwiseClone(node);

    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    private static extern object MemberwiseClone(object original);

    private delegate bool Taking<T>(T item, out T part);

    private TNode? Take<TNode, TItem>(
        TNode node, List<TItem> items, Action<TNode, List<TItem>> put, Taking<TItem> take)
        where TNode : class
    {
        if (items.Count == 0)
            return IsForAdmitted ? node : null;

        List<TItem>? kept = null;
        for (int i = 0; i < items.Count; i++)
        {
            bool isTaken = take(items[i], out TItem part);
            if (kept is null)
            {
                if (isTaken && EqualityComparer<TItem>.Default.Equals(part, items[i]))
                    continue;
                kept = items.GetRange(0, i);
            }

            if (isTaken)
                kept.Add(part);
        }

        if (kept is null)
            return node;
        if (kept.Count == 0)
            return null;

        TNode copy = Copy(node);
        put(copy, kept);
        return copy;
    }

    private ErrorCode Judge(RequestTarget target)
    {
        if (_isJudged)
            return _verdicts[_next++];

        ErrorCode verdict = judge(target);
        _verdicts.Add(verdict);
        if (verdict != ErrorCode.None && !Errors.Contains(verdict))
            Errors.Add(verdict);
        return verdict;
    }
}
