// The compiler looks for the type under this name only, and this framework does not have it yet.
#pragma warning disable IDE0130
namespace System.Runtime.CompilerServices;

/// <summary>Lets records be declared on a framework that is older than they are.</summary>
internal static class IsExternalInit
{
}
