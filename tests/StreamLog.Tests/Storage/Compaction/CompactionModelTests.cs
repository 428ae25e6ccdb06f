using FsCheck;
using FsCheck.Fluent;
using StreamLog.Extensibility;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Compaction;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

// Goal: whatever is appended, in and out of transactions, and however often it is recompressed, compacted, trimmed and
// reopened: the newest record of each key is there, nothing is there that was not appended, and below where the log was
// compacted nothing old and nothing aborted is left. Method: random operations against a list, with a map of keys that
// is now and then too small.
public sealed class CompactionModelTests
{
    private enum Do
    {
        Append,
        End,
        Commit,
        Compact,
        Turn,
        Trim,
        Alter,
        Wait,
        Restart,
        Crash,
    }

    [Fact]
    public void A_compacted_log_holds_the_newest_of_each_key() =>
        Prop.ForAll(Operations(canCrash: false), operations => Check(new InMemoryFileSystem(1 << 24), operations))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void A_compacted_log_on_a_disk_that_forgets_holds_the_newest_of_each_key() =>
        Prop.ForAll(Operations(canCrash: true), operations => Check(new SimulatedDisk(), operations))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static Arbitrary<(Do What, int Number)[]> Operations(bool canCrash)
    {
        Gen<Do> what = Gen.Frequency(
            (50, Gen.Constant(Do.Append)), (10, Gen.Constant(Do.End)), (8, Gen.Constant(Do.Commit)),
            (8, Gen.Constant(Do.Compact)), (6, Gen.Constant(Do.Turn)), (2, Gen.Constant(Do.Trim)),
            (2, Gen.Constant(Do.Alter)), (4, Gen.Constant(Do.Wait)),
            (2, Gen.Constant(Do.Restart)), (canCrash ? 3 : 0, Gen.Constant(Do.Crash)));
        Gen<(Do, int)> operation = what.SelectMany(
            done => Gen.Choose(0, 1_000_000), (done, number) => (done, number));
        return operation.ArrayOf().Resize(120).ToArbitrary();
    }

    private static void Check(IFileSystem files, (Do What, int Number)[] operations)
    {
        int mapBytes = operations.Length % 2 == 0 ? 1 : OffsetMap.SlotSize * 1_000;
        CompactionModel model = new(
            files, CompactionHarness.Small, new LogDirectorySettings { NodeId = 1, CompactionMapBytes = mapBytes });
        foreach ((Do what, int number) in operations)
            Step(model, what, number);

        model.Check();
        model.Log.Log.Close();
    }

    private static void Step(CompactionModel model, Do what, int number)
    {
        switch (what)
        {
            case Do.Append:
                model.Append(number);
                break;
            case Do.End:
                model.EndTransaction(number);
                break;
            case Do.Commit:
                model.Commit();
                break;
            case Do.Compact:
                model.Compact();
                break;
            case Do.Turn:
                model.Turn();
                break;
            case Do.Trim:
                model.Trim(number);
                break;
            case Do.Alter:
                model.Alter(number);
                break;
            case Do.Wait:
                model.Wait(number);
                break;
            case Do.Restart:
                model.Restart();
                break;
            default:
                model.Crash((ulong)number);
                break;
        }
    }
}
