namespace StreamLog;

/// <summary>Who may come to a node over the network, and who may do what. Callers in the node's own process may do
/// everything.</summary>
/// <remarks>Whether clients must authenticate at all, and how, is a matter of each listener.</remarks>
public sealed class SecurityOptions
{
    /// <summary>Gets users who may authenticate by PLAIN and by SCRAM: their names, with their passwords.</summary>
    /// <remarks>
    /// They are there from the first start on, so that one of them can store credentials of others
    /// (AlterUserScramCredentials). What is stored goes before what stands here, for SCRAM; PLAIN knows these users
    /// alone.
    /// </remarks>
    public IDictionary<string, string> Users { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets who tells whether a name and a password belong together, for PLAIN, instead of
    /// <see cref="Users"/>.</summary>
    /// <value>The default is nobody: <see cref="Users"/> holds.</value>
    /// <remarks>It is called on many threads at once, with the name and the password. If it throws, the client is not
    /// let in.</remarks>
    public Func<string, string, CancellationToken, ValueTask<bool>>? PlainAuthenticator { get; set; }

    /// <summary>Gets or sets whether clients from outside may do only what rules of access (ACLs) permit. Kafka turns
    /// it on by <c>authorizer.class.name</c>.</summary>
    /// <value>The default is <see langword="false"/>: who gets in may do everything.</value>
    public bool Acls { get; set; }

    /// <summary>Gets who may do everything without any rule, each as <c>User:name</c>. Kafka calls it
    /// <c>super.users</c>.</summary>
    public IList<string> SuperUsers { get; } = [];

    /// <summary>Gets or sets whether everybody may use what has no rules at all. Kafka calls it
    /// <c>allow.everyone.if.no.acl.found</c>.</summary>
    /// <value>The default is <see langword="false"/>, as Kafka's.</value>
    public bool AllowEveryoneIfNoAcl { get; set; }
}
