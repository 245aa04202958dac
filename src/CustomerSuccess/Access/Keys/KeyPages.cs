using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access.Pages;
using CustomerSuccess.Access.Users;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Access.Keys;

/// <summary>Settings, API keys.</summary>
public static class KeyPages
{
    public sealed record NewKey
    {
        [StringLength(200)] public string? Name { get; init; }

        public bool? Ingest { get; init; }

        public bool? Read { get; init; }

        public bool? Admin { get; init; }

        [StringLength(200)] public string? Customer { get; init; }

        [StringLength(1000)] public string? Password { get; init; }
    }

    public static void Map(RouteGroupBuilder keys)
    {
        keys.MapGet("", Show).RequireAuthorization(Permissions.Admin);
        keys.MapPost("", Create).RequireAuthorization(Permissions.Admin);
        keys.MapPost("{id}/revocation", Revoke).RequireAuthorization(Permissions.Admin);
    }

    private static async Task<RazorComponentResult<KeysPage>> Show(NpgsqlDataSource db, CancellationToken ct) => Page(new(await ListKeys.Run(db, ct)));

    private static async Task<RazorComponentResult<KeysPage>> Create(
        [FromForm] NewKey form, ClaimsPrincipal who, CreateKey create, ConfirmPassword confirm, NpgsqlDataSource db, CancellationToken ct)
    {
        var customer = string.IsNullOrWhiteSpace(form.Customer) ? null : form.Customer.Trim();
        var request = new CreateKey.Request(form.Name ?? "", [.. Chosen(form)], customer);
        var problems = new Dictionary<string, string>(CreateKey.Problems(request), StringComparer.Ordinal);
        if (customer is not null && !await Exists(db, customer, ct)) problems["customer"] = $"There is no customer '{customer}'.";
        if (problems.Count == 0 && !await confirm.Right(who.FindFirstValue(ClaimTypes.Email) ?? "", form.Password ?? "", ct)) problems["password"] = ConfirmPassword.Wrong;
        if (problems.Count > 0) return Page(new(await ListKeys.Run(db, ct), Form: form, Problems: problems));
        CreateKey.Made made;
        await using (var connection = await db.OpenConnectionAsync(ct))
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            made = await create.Run(connection, transaction, request, who.AuditActor(), ct);
            await transaction.CommitAsync(ct);
        }

        return Page(new(await ListKeys.Run(db, ct), made.Key, request.Name));
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Revoke(string id, HttpContext context, RevokeKey revoke, CancellationToken ct)
    {
        if (!await revoke.Run(id, context.User.AuditActor(), ct)) return TypedResults.NotFound();
        Flash.Say(context, "The key is revoked.");
        return TypedResults.LocalRedirect("/settings/keys");
    }

    private static IEnumerable<string> Chosen(NewKey form)
    {
        if (form.Ingest == true) yield return Scopes.Ingest;
        if (form.Read == true) yield return Scopes.Read;
        if (form.Admin == true) yield return Scopes.Admin;
    }

    private static async Task<bool> Exists(NpgsqlDataSource db, string customer, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from customers where customer_id = @customer)", new { customer }, cancellationToken: ct));
    }

    private static RazorComponentResult<KeysPage> Page(KeysPage.Content content) =>
        new(new { Model = content }) { StatusCode = content.Problems is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
}
