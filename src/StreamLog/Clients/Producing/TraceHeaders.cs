using System.Diagnostics;

namespace StreamLog.Clients.Producing;

/// <summary>Puts the context of an activity into a record's headers, as the process propagates it everywhere: by
/// default as W3C's <c>traceparent</c> and <c>tracestate</c>.</summary>
internal static class TraceHeaders
{
    /// <summary>Returns headers that hold a context.</summary>
    /// <param name="headers">The application's headers, which are not changed, or <see langword="null"/>.</param>
    /// <param name="activity">The activity, or <see langword="null"/> for no context.</param>
    /// <returns>Headers to send. Those of an older context are not among them.</returns>
    public static RecordHeaders? Inject(RecordHeaders? headers, Activity? activity)
    {
        if (activity is null)
            return headers;

        DistributedContextPropagator propagator = DistributedContextPropagator.Current;
        RecordHeaders injected = new();
        if (headers is not null)
        {
            foreach (Header header in headers)
            {
                if (!propagator.Fields.Contains(header.Key))
                    injected.Add(header.Key, header.Value);
            }
        }

        propagator.Inject(activity, injected, static (carrier, name, value) =>
            ((RecordHeaders)carrier!).Add(name, value));
        return injected;
    }
}
