using System.Diagnostics.CodeAnalysis;

namespace ExactlyOnce;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments(string Directory, bool IsFresh)
{
    public static bool TryParse(string[] args, [NotNullWhen(true)] out Arguments? arguments)
    {
        arguments = new Arguments("exactlyonce-data", IsFresh: false);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--fresh")
            {
                arguments = arguments with { IsFresh = true };
            }
            else if (args[i] == "--data" && i + 1 < args.Length)
            {
                arguments = arguments with { Directory = args[++i] };
            }
            else
            {
                Console.Error.WriteLine($"'{args[i]}' is not understood. Usage: ExactlyOnce [--fresh] [--data DIR]");
                arguments = null;
                return false;
            }
        }

        return true;
    }
}
