using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>Where subjects lead (visitor to person to customer), and who the customers are; everyone by the hash of their name.</summary>
internal sealed record Links(IReadOnlyDictionary<ulong, ulong> Targets, IReadOnlyDictionary<ulong, bool> Customers)
{
    // Links of links are flattened where they lead to a customer; else a visitor leads to a person and on to a group.
    private const int MostSteps = 8;

    public static async Task<Links> Read(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(Sql.Read("Funnel/Engine/Memory/links.sql"), connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var targets = new Dictionary<ulong, ulong>();
        foreach (var (from, to) in await Pairs(reader, ct)) targets[from] = to;
        await reader.NextResultAsync(ct);
        var customers = new Dictionary<ulong, bool>();
        foreach (var (customer, test) in await Pairs(reader, ct)) customers[customer] = test == 1;
        return new Links(targets, customers);
    }

    /// <summary>Where a subject leads in the end; itself where nothing is known of it.</summary>
    public ulong Root(ulong key)
    {
        for (var n = 0; n < MostSteps && Targets.TryGetValue(key, out var next) && next != key; n++) key = next;
        return key;
    }

    private static async Task<IEnumerable<(ulong, ulong)>> Pairs(NpgsqlDataReader reader, CancellationToken ct)
    {
        if (!await reader.ReadAsync(ct) || await reader.IsDBNullAsync(0, ct)) return [];
        var (left, right) = (Numbers(reader, 0), Numbers(reader, 1));
        if (left.Length != right.Length) throw new InvalidOperationException($"{left.Length} hashes do not go with {right.Length}: links.sql packed a null.");
        return left.Zip(right);
    }

    private static ulong[] Numbers(NpgsqlDataReader reader, int column)
    {
        var numbers = MemoryMarshal.Cast<byte, ulong>(reader.GetFieldValue<byte[]>(column)).ToArray();
        BinaryPrimitives.ReverseEndianness(numbers, numbers);
        return numbers;
    }
}
