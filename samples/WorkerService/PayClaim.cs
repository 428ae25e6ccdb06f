using Microsoft.Extensions.DependencyInjection;
using StreamLog;

namespace WorkerService;

/// <summary>Pays one claim. A claim may come twice, as after a crash, so a payment has the number of its
/// claim.</summary>
internal sealed class PayClaim(Bank bank, [FromKeyedServices("payments")] ITopic<string, long> payments)
    : IRecordHandler<string, Claim>
{
    public async ValueTask HandleAsync(Record<string, Claim> record, CancellationToken cancellationToken)
    {
        Claim claim = record.Value;
        bank.Check(claim);
        await payments.AppendAsync($"claim-{claim.Row}", claim.Cost, cancellationToken);
    }
}
