using System.Text;
using StreamLog.Authentication;
using Xunit;

namespace StreamLog.Tests.Authentication;

public sealed class ScramMechanismTests
{
    /// <summary>The example of RFC 7677: what both sides sign, and the server's signature.</summary>
    [Fact]
    public void The_example_of_the_standard_comes_out()
    {
        const string Nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        byte[] salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
        byte[] salted = ScramMechanism.Sha256.SaltPassword("pencil", salt, 4096);
        ScramCredential credential = ScramMechanism.Sha256.CreateCredential(salted, salt, 4096);
        byte[] signed = Encoding.UTF8.GetBytes(
            $"n=user,r=rOprNGfwEbeRWgbNEkqO,r={Nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r={Nonce}");

        byte[] clientKey = ScramMechanism.Sha256.Hmac(credential.StoredKey.AsSpan(), signed);
        byte[] proof = Convert.FromBase64String("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        for (int i = 0; i < proof.Length; i++)
            clientKey[i] ^= proof[i];

        Assert.Equal([.. credential.StoredKey], ScramMechanism.Sha256.Hash(clientKey));
        Assert.Equal(
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            Convert.ToBase64String(ScramMechanism.Sha256.Hmac(credential.ServerKey.AsSpan(), signed)));
    }

    [Fact]
    public void Kafkas_numbers_name_the_mechanisms()
    {
        Assert.Equal("SCRAM-SHA-256", ScramMechanism.Find(1)?.Name);
        Assert.Equal("SCRAM-SHA-512", ScramMechanism.Find(2)?.Name);
        Assert.Null(ScramMechanism.Find(0));
    }
}
