using FsCheck;
using FsCheck.Fluent;
using StreamLog.Diagnostics;
using StreamLog.Replication;
using Xunit;

namespace StreamLog.Tests.Replication;

public sealed class HighWatermarkTests
{
    // Goal: no replica set and no order of reports can make the mark pass an in-sync replica, or go back.
    // Method: a leader and up to six followers with arbitrary ends and membership, against the definition itself.
    [Fact]
    public void It_never_passes_an_in_sync_replica_and_never_goes_back() =>
        Prop.ForAll(Replicas(), Gen.Choose(0, 100).ToArbitrary(), (ReplicaProgress[] replicas, int current) =>
        {
            long advanced = HighWatermark.Advance(current, replicas);

            long lowestInSync = replicas.Where(replica => replica.IsInSync).Min(replica => replica.EndOffset);
            return advanced == Math.Max(current, lowestInSync);
        }).QuickCheckThrowOnFailure();

    // Goal: below the minimum of in-sync replicas nothing more is committed, but a topic that asks for more replicas
    // than there are can still be used.
    [Fact]
    public void It_stands_still_below_the_minimum_of_in_sync_replicas() =>
        Prop.ForAll(Replicas(), Gen.Choose(1, 9).ToArbitrary(), (ReplicaProgress[] replicas, int minimum) =>
        {
            long advanced = HighWatermark.Advance(5, replicas, minimum);

            bool mayMove = replicas.Count(replica => replica.IsInSync) >= Math.Min(minimum, replicas.Length);
            return mayMove ? advanced == HighWatermark.Advance(5, replicas) : advanced == 5;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_set_without_its_leader_is_our_own_mistake() =>
        Assert.Throws<InvariantViolatedException>(
            () => HighWatermark.Advance(0, [new ReplicaProgress(1, IsInSync: false)]));

    private static Arbitrary<ReplicaProgress[]> Replicas()
    {
        Gen<ReplicaProgress> replica =
            from end in Gen.Choose(0, 100)
            from isInSync in Gen.Elements(true, false)
            select new ReplicaProgress(end, isInSync);
        Gen<ReplicaProgress[]> replicas =
            from leader in Gen.Choose(0, 100)
            from count in Gen.Choose(0, 6)
            from followers in Gen.ArrayOf(replica, count)
            select (ReplicaProgress[])[new ReplicaProgress(leader, IsInSync: true), .. followers];
        return replicas.ToArbitrary();
    }
}
