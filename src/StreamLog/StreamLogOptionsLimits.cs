using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Checks what the annotations of <see cref="StreamLogOptions"/> say. Generated at build time.</summary>
#pragma warning disable SYSLIB1212 // StreamLogOptionsValidator checks the classes inside, each under its path.
[OptionsValidator]
internal sealed partial class StreamLogOptionsLimits : IValidateOptions<StreamLogOptions>;
#pragma warning restore SYSLIB1212
