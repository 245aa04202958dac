using System.CommandLine;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;
using Spectre.Console;

namespace CustomerSuccess.Access.Keys;

/// <summary>./cs key …: API keys, from the machine the product runs on.</summary>
public static class KeyCommands
{
    public static Command Make(CliHost host)
    {
        var key = new Command("key", "API keys: create, list, revoke");
        var name = new Option<string>("--name") { Description = "What the key is for", Required = true };
        var scopes = new Option<string[]>("--scope") { Description = "ingest, read or admin; may be given several times", Required = true, AllowMultipleArgumentsPerToken = true };
        var customer = new Option<string?>("--customer") { Description = "Bind the key to this customer" };
        var rate = new Option<int?>("--rate") { Description = "Requests a second" };
        var create = new Command("create", "Make a key and print it, this once") { name, scopes, customer, rate };
        create.SetAction(async (command, ct) =>
        {
            var request = new CreateKey.Request(
                command.GetRequiredValue(name), [.. command.GetRequiredValue(scopes).SelectMany(each => each.Split(',')).Select(each => each.Trim())],
                command.GetValue(customer), command.GetValue(rate));
            if (CreateKey.Problems(request) is { Count: > 0 } problems) throw new Trouble(problems.Values.First(), "See ./cs key create --help.");
            var services = await host.Services(ct);
            await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(ct);
            if (request.CustomerId is { } id && !await connection.ExecuteScalarAsync<bool>("select exists (select from customers where customer_id = @id)", new { id }))
                throw new Trouble($"There is no customer '{id}'.", "Add the customer first, or leave --customer out for a key of the company.");
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var made = await services.GetRequiredService<CreateKey>().Run(connection, transaction, request, "cli", ct);
            await transaction.CommitAsync(ct);
            host.Print(command, made, one => $"{one.Key}{Environment.NewLine}Keep it now: it is not shown again.");
        });

        var list = new Command("list", "The keys there are");
        list.SetAction(async (command, ct) => host.Print(command, await ListKeys.Run(await host.Database(ct), ct), rows =>
        {
            var table = new Table().RoundedBorder().AddColumns("Id", "Name", "Scopes", "Customer", "Last used", "State");
            foreach (var row in rows)
            {
                table.AddRow(row.Id, Markup.Escape(row.Name), row.Scopes, Markup.Escape(row.CustomerId ?? ""),
                    row.LastUsedAt?.ToString("yyyy-MM-dd HH:mm") ?? "never", row.RevokedAt is { } at ? $"revoked {at:yyyy-MM-dd}" : "works");
            }

            return table;
        }));

        var which = new Argument<string>("id") { Description = "The part of the key between cs_ and the next _" };
        var revoke = new Command("revoke", "End a key, within 30 seconds everywhere") { which };
        revoke.SetAction(async (command, ct) =>
        {
            var id = command.GetRequiredValue(which);
            if (!await (await host.Services(ct)).GetRequiredService<RevokeKey>().Run(id, "cli", ct)) throw new Trouble($"No working key has the id '{id}'.", "See ./cs key list.");
            host.Print(command, new { Id = id, Revoked = true }, one => $"Revoked: {one.Id}");
        });
        key.Add(create);
        key.Add(list);
        key.Add(revoke);
        return key;
    }
}
