using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Access.Audit;

/// <summary>
/// The hash of an audit row: HMAC-SHA-256 with a key derived from the installation's secret over the row and the hash
/// before it. Keyed, so that someone who can write to the database but does not have the secret cannot mend the chain.
/// </summary>
public sealed class AuditSeal(byte[] key)
{
    public byte[] Of(AuditRow row)
    {
        using var text = new MemoryStream();
        Number(text, row.Seq);
        Number(text, row.At.Ticks);
        foreach (var part in (ReadOnlySpan<string>)[row.Actor, row.Action, row.Target, row.Details]) Bytes(text, Encoding.UTF8.GetBytes(part));
        Bytes(text, row.PreviousHash);
        return HMACSHA256.HashData(key, text.ToArray());
    }

    // Lengths go in front, so that no two rows have the same text.
    private static void Bytes(MemoryStream text, byte[] bytes)
    {
        Number(text, bytes.Length);
        text.Write(bytes);
    }

    private static void Number(MemoryStream text, long number)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, number);
        text.Write(eight);
    }
}
