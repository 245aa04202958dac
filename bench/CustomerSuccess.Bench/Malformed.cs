using CustomerSuccess.Tests.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>The malformed cases of the test suite against a product in its own process, or one that runs already.</summary>
internal static class Malformed
{
    public static async Task<int> Run(Options options)
    {
        await using var product = await Product.Open(options);
        var customer = (await product.Customers(1))[0];
        await using var connection = new NpgsqlConnection(product.ConnectionString);
        await connection.OpenAsync();
        const string stored = "select id from events where source = 'native'";
        var before = (await connection.QueryAsync<string>(stored)).ToHashSet(StringComparer.Ordinal);
        using var http = product.Client();
        var run = await MalformedRun.Send(http, product.Key, customer);
        var after = (await connection.QueryAsync<string>(stored)).Where(id => !before.Contains(id)).ToHashSet(StringComparer.Ordinal);
        var (missing, extra) = (run.Neighbours.Count(id => !after.Contains(id)), after.Except(run.Neighbours, StringComparer.Ordinal).Count());
        foreach (var wrong in run.Wrong) Console.WriteLine(wrong);
        Machine.Print("malformed", ["what", "figure"],
        [
            ["malformed messages", Machine.N(run.Cases)],
            ["not answered with a 4xx that names the field", Machine.N(run.Wrong.Count)],
            ["good neighbours in the same batches", Machine.N(run.Neighbours.Count)],
            ["of those not stored", Machine.N(missing)],
            ["malformed messages stored", Machine.N(extra)],
        ], await Machine.Line(product.ConnectionString));
        return run.Wrong.Count + missing + extra == 0 ? 0 : 1;
    }
}
