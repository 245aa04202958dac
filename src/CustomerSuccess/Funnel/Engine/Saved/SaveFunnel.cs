using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Saved;

/// <summary>Keeps a funnel under a name, changes it, or gives it up. Each of these is in the audit log.</summary>
public sealed class SaveFunnel(NpgsqlDataSource db, AuditLog audit, TimeProvider clock)
{
    private const int MostName = 100, MostFunnels = 500;

    public sealed record Request
    {
        /// <summary>1 to 100 characters.</summary>
        public string? Name { get; init; }

        public FunnelQuestion? Question { get; init; }
    }

    /// <summary>Save a funnel under a name.</summary>
    public static async Task<Results<Created<SavedFunnel>, ValidationProblem>> Handle(Request request, ClaimsPrincipal who, SaveFunnel save, CancellationToken ct)
    {
        var faults = save.Faults(request);
        if (faults.Count > 0) return EventAnswers.Invalid(faults);
        return await save.Add(request, who, ct) is { } made ? TypedResults.Created($"/api/v1/funnels/{made.Id}", made)
            : EventAnswers.Invalid([new Fault("name", $"is one too many: {MostFunnels} funnels are kept")]);
    }

    /// <summary>Change a saved funnel: its name and its question.</summary>
    public static async Task<Results<Ok<SavedFunnel>, NotFound, ValidationProblem>> Change(string id, Request request, ClaimsPrincipal who, SaveFunnel save, CancellationToken ct)
    {
        var faults = save.Faults(request);
        if (faults.Count > 0) return EventAnswers.Invalid(faults);
        return await save.Replace(id, request, who, ct) is { } changed ? TypedResults.Ok(changed) : TypedResults.NotFound();
    }

    /// <summary>Give a saved funnel up. What it was is in the audit log.</summary>
    public static async Task<Results<NoContent, NotFound>> Remove(string id, ClaimsPrincipal who, SaveFunnel save, CancellationToken ct) =>
        await save.GiveUp(id, who, ct) ? TypedResults.NoContent() : TypedResults.NotFound();

    public List<Fault> Faults(Request request)
    {
        var faults = new List<Fault>();
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > MostName || request.Name.Any(char.IsControl)) faults.Add(new Fault("name", $"must have 1 to {MostName} characters"));
        if (request.Question is null) faults.Add(new Fault("question", "is missing"));
        else
        {
            var inside = new List<Fault>();
            CheckFunnel.Of(request.Question, clock.Today(), inside);
            faults.AddRange(inside.Select(fault => fault with { Field = "question." + fault.Field }));
        }

        return faults;
    }

    /// <summary>Null where there are too many.</summary>
    public async Task<SavedFunnel?> Add(Request request, ClaimsPrincipal who, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var made = new SavedFunnel("f" + Guid.CreateVersion7().ToString("N"), request.Name!.Trim(), request.Question!, clock.Now(), who.Actor(), clock.Now());
        if (await connection.ExecuteScalarAsync<long>(new CommandDefinition("select count(*) from funnels", null, transaction, cancellationToken: ct)) >= MostFunnels) return null;
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into funnels (id, name, question, created_at, created_by, changed_at) values (@Id, @Name, @question::jsonb, @CreatedAt, @CreatedBy, @ChangedAt)",
            new { made.Id, made.Name, question = SavedFunnel.Written(made.Question), made.CreatedAt, made.CreatedBy, made.ChangedAt }, transaction, cancellationToken: ct));
        await audit.Write(connection, transaction, who.AuditActor(), "funnel.created", "funnel:" + made.Id, Told(made.Question), ct);
        await transaction.CommitAsync(ct);
        return made;
    }

    private async Task<SavedFunnel?> Replace(string id, Request request, ClaimsPrincipal who, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            "update funnels set name = @name, question = @question::jsonb, changed_at = @now where id = @id",
            new { id, name = request.Name!.Trim(), question = SavedFunnel.Written(request.Question!), now = clock.Now() }, transaction, cancellationToken: ct));
        if (changed == 0) return null;
        await audit.Write(connection, transaction, who.AuditActor(), "funnel.changed", "funnel:" + id, Told(request.Question!), ct);
        await transaction.CommitAsync(ct);
        return await SavedFunnel.Read(connection, id, ct);
    }

    public async Task<bool> GiveUp(string id, ClaimsPrincipal who, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteAsync(new CommandDefinition("delete from funnels where id = @id", new { id }, transaction, cancellationToken: ct)) == 0) return false;
        await audit.Write(connection, transaction, who.AuditActor(), "funnel.removed", "funnel:" + id, null, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    // Event types only: names, paths and values are what people typed, and the audit log outlives them.
    private static object Told(FunnelQuestion question) => new { steps = question.Steps!.Select(step => step.Type), question.Order, question.Window };
}
