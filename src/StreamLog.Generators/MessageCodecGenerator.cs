using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace StreamLog.Generators;

/// <summary>Generates the codecs of Kafka's messages from their declarations, and the tables that list them.</summary>
/// <remarks>The compiler owns it and calls it from any thread; it has no state.</remarks>
[Generator(LanguageNames.CSharp)]
public sealed class MessageCodecGenerator : IIncrementalGenerator
{
    private const string MessageAttribute = "StreamLog.Protocol.Messages.MessageAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<MessageModel> messages = context.SyntaxProvider.ForAttributeWithMetadataName(
            MessageAttribute, static (node, _) => node is ClassDeclarationSyntax, DeclarationReader.Read);

        context.RegisterSourceOutput(messages, static (output, message) =>
        {
            foreach (DiagnosticModel diagnostic in message.Diagnostics)
                output.ReportDiagnostic(diagnostic.ToDiagnostic());
            if (message.Diagnostics.Count == 0 && message.Namespace.Length > 0)
                output.AddSource($"{message.Name}.g.cs", SourceText.From(CodecWriter.Write(message), Encoding.UTF8));
        });

        context.RegisterSourceOutput(messages.Collect(), static (output, all) => AddTables(output, all));
    }

    private static void AddTables(SourceProductionContext output, ImmutableArray<MessageModel> messages)
    {
        MessageModel[] good = messages.Where(message => message.Diagnostics.Count == 0).ToArray();
        if (good.Any(message => message.Kind == "Request"))
            output.AddSource("Apis.g.cs", SourceText.From(TableWriter.WriteApis(good), Encoding.UTF8));
        if (good.Any(message => message.RecordKey >= 0))
            output.AddSource("MetadataRecords.g.cs", SourceText.From(TableWriter.WriteRecords(good), Encoding.UTF8));
    }
}
