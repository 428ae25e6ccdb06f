using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Checks what the annotations of <see cref="ConsumerOptions"/> say. Generated at build time.</summary>
[OptionsValidator]
internal sealed partial class ConsumerOptionsLimits : IValidateOptions<ConsumerOptions>;
