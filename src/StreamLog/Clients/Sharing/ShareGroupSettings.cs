using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Sharing;

/// <summary>Changes the settings of share groups. Stateless.</summary>
internal static class ShareGroupSettings
{
    private const sbyte GroupResource = 32;

    /// <summary>Sets where a group begins in partitions that it has never read.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="group">The group.</param>
    /// <param name="fromEnd">Whether it begins at the end.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns><see langword="true"/>.</returns>
    /// <exception cref="StreamLogException">The broker has refused it.</exception>
    public static async ValueTask<bool> SetAsync(
        BrokerSession session, string group, bool fromEnd, TimeSpan timeout, CancellationToken cancellationToken)
    {
        IncrementalAlterConfigsRequest.AlterConfigsResource resource = new()
        {
            ResourceType = GroupResource,
            ResourceName = group,
        };
        resource.Configs.Add(new IncrementalAlterConfigsRequest.AlterableConfig
        {
            Name = "share.auto.offset.reset",
            Value = fromEnd ? "latest" : "earliest",
        });
        IncrementalAlterConfigsResponse response = await session
            .SendAsync(new IncrementalAlterConfigsRequest { Resources = [resource] }, timeout, cancellationToken)
            .ConfigureAwait(false);
        foreach (IncrementalAlterConfigsResponse.AlterConfigsResourceResponse result in response.Responses)
        {
            if (result.ErrorCode != ErrorCode.None)
            {
                throw ClientErrors.Refused(
                    result.ErrorCode, $"Setting where the group '{group}' begins", result.ErrorMessage);
            }
        }

        return true;
    }
}
