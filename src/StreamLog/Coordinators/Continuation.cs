namespace StreamLog.Coordinators;

/// <summary>What a decision has done once it is committed.</summary>
/// <param name="next">What is done.</param>
internal sealed class Continuation(Action next) : Reply
{
    /// <inheritdoc/>
    public override bool IsDecided => true;

    /// <inheritdoc/>
    public override void Complete() => next();

    /// <inheritdoc/>
    public override void Refuse(ErrorCode error)
    {
        // Whoever loads the state anew finds there what is to be done.
    }
}
