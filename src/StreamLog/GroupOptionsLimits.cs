using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Checks what the annotations of <see cref="GroupOptions"/> say. Generated at build time.</summary>
[OptionsValidator]
internal sealed partial class GroupOptionsLimits : IValidateOptions<GroupOptions>;
