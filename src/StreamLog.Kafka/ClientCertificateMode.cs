namespace StreamLog.Kafka;

/// <summary>Whether clients of a listener show a certificate. Kafka calls it <c>ssl.client.auth</c>.</summary>
public enum ClientCertificateMode
{
    /// <summary>They are not asked for one.</summary>
    None,

    /// <summary>They are asked, and need not have one. One that is shown must be valid.</summary>
    Requested,

    /// <summary>Who has none is not let in.</summary>
    Required,
}
