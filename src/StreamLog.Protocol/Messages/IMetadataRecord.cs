namespace StreamLog.Protocol.Messages;

/// <summary>A record of the metadata log.</summary>
public interface IMetadataRecord
{
}
