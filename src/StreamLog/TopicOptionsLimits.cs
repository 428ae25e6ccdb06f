using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Checks what the annotations of <see cref="TopicOptions"/> say. Generated at build time.</summary>
[OptionsValidator]
internal sealed partial class TopicOptionsLimits : IValidateOptions<TopicOptions>;
