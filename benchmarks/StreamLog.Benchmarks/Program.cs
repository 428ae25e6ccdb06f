using BenchmarkDotNet.Running;
using StreamLog.Benchmarks.Commands;

// load   whole paths beside their baselines
// gates  what is allocated, against a file of limits
// docs   writes the tables of docs/performance.md from the JSON of load
// serve  the other end of a load, in a process of its own
// anything else goes to BenchmarkDotNet: the micro-benchmarks of single layers
return args switch
{
    ["load", .. string[] rest] => await LoadCommand.RunAsync(rest),
    ["gates", .. string[] rest] => await GatesCommand.RunAsync(rest),
    ["docs", .. string[] rest] => DocsCommand.Run(rest),
    ["serve", .. string[] rest] => await ServeCommand.RunAsync(rest),
    _ => RunBenchmarks(args),
};

static int RunBenchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(LoadCommand).Assembly).Run(args);
    return 0;
}
