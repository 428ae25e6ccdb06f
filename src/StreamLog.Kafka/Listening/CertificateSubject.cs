using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace StreamLog.Kafka.Listening;

/// <summary>Writes the subject of a certificate as Kafka does, which is how rules of access name it: RFC 2253, with the
/// particular last, as <c>CN=alice,OU=it,O=Acme</c>. Stateless.</summary>
internal static class CertificateSubject
{
    private const string Escaped = ",=+<>#;\"\\";

    /// <summary>Returns the name of whom a certificate was made for.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>The name.</returns>
    public static string NameOf(X509Certificate certificate)
    {
        byte[] subject = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()).SubjectName.RawData;
        AsnReader parts = new AsnReader(subject, AsnEncodingRules.DER).ReadSequence();
        List<string> names = [];
        while (parts.HasData)
        {
            AsnReader values = parts.ReadSetOf();
            List<string> part = [];
            while (values.HasData)
                part.Add(Write(values.ReadSequence()));
            names.Add(string.Join('+', part));
        }

        names.Reverse();
        return string.Join(',', names);
    }

    private static string Write(AsnReader typeAndValue)
    {
        string type = typeAndValue.ReadObjectIdentifier();
        string? keyword = KeywordOf(type);
        UniversalTagNumber kind = (UniversalTagNumber)typeAndValue.PeekTag().TagValue;
        return keyword is not null && IsText(kind)
            ? $"{keyword}={Escape(typeAndValue.ReadCharacterString(kind))}"
            : $"{keyword ?? type}=#{Convert.ToHexStringLower(typeAndValue.ReadEncodedValue().Span)}";
    }

    private static bool IsText(UniversalTagNumber kind) => kind
        is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String
        or UniversalTagNumber.T61String or UniversalTagNumber.BMPString;

    private static string? KeywordOf(string type) => type switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        _ => null,
    };

    private static string Escape(string value)
    {
        int start = value.Length - value.TrimStart(' ').Length;
        int end = value.TrimEnd(' ').Length;
        StringBuilder escaped = new(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '\0')
            {
                escaped.Append("\\00");
                continue;
            }

            if (i < start || i >= end || Escaped.Contains(value[i], StringComparison.Ordinal))
                escaped.Append('\\');
            escaped.Append(value[i]);
        }

        return escaped.ToString();
    }
}
