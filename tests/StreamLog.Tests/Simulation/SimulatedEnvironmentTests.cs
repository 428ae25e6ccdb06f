using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Simulation;

public sealed class SimulatedEnvironmentTests
{
    // The numbers of xoshiro256** from the state that SplitMix64 makes of the seed 42, as its authors' C code gives
    // them.
    [Fact]
    public void A_seed_gives_the_same_numbers_for_ever()
    {
        SimulatedRandom random = new(42);

        Assert.Equal(
            [1546998764402558742ul, 6990951692964543102ul, 12544586762248559009ul],
            new[] { random.NextBits(), random.NextBits(), random.NextBits() });
    }

    [Fact]
    public void Numbers_stay_in_their_range_and_reach_its_ends()
    {
        SimulatedRandom random = new(1);
        HashSet<int> seen = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(3, 8))];

        Assert.Equal([3, 4, 5, 6, 7], seen.Order());
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(0, random.Next(1)));
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => random.NextChance(0.25)), 2200, 2800);
    }

    [Fact]
    public void Forks_differ_by_their_purpose_and_repeat()
    {
        ulong disk = new SimulatedRandom(7).Fork("disk").NextBits();

        Assert.Equal(disk, new SimulatedRandom(7).Fork("disk").NextBits());
        Assert.NotEqual(disk, new SimulatedRandom(7).Fork("network").NextBits());
        Assert.NotEqual(disk, new SimulatedRandom(8).Fork("disk").NextBits());
    }

    [Fact]
    public void Two_environments_of_one_seed_give_the_same_ids_and_another_seed_gives_others()
    {
        SimulatedEnvironment first = new(seed: 5);
        SimulatedEnvironment second = new(seed: 5);
        SimulatedEnvironment other = new(seed: 6);

        Guid[] ids = [.. Enumerable.Range(0, 100).Select(_ => first.NewId())];

        Assert.Equal(ids, Enumerable.Range(0, 100).Select(_ => second.NewId()));
        Assert.Equal(100, ids.Distinct().Count());
        Assert.DoesNotContain(other.NewId(), ids);
        Assert.All(ids, id => Assert.Equal(4, id.Version));
        Assert.Equal(first.NextRandom(1000), second.NextRandom(1000));
    }
}
