using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace UnitTesting;

/// <summary>Finds the native library of Confluent.Kafka where the system has it.</summary>
internal static class Librdkafka
{
    private static readonly string[] Names = ["librdkafka.so.1", "librdkafka", "rdkafka"];

    public static bool IsThere { get; } = Names.Any(name => NativeLibrary.TryLoad(name, out _));

    [ModuleInitializer]
    public static void Resolve() => NativeLibrary.SetDllImportResolver(typeof(ProducerConfig).Assembly, Load);

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name == "librdkafka")
        {
            foreach (string candidate in Names)
            {
                if (NativeLibrary.TryLoad(candidate, out nint library))
                    return library;
            }
        }

        return 0;
    }
}
