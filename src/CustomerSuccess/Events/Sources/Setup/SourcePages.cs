using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access;
using CustomerSuccess.Events.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Events.Sources.Setup;

/// <summary>Settings, Sources: what sends events here, and how to set up one more.</summary>
public static class SourcePages
{
    public sealed record NewSource
    {
        [StringLength(50)] public string? Client { get; init; }

        [StringLength(200)] public string? Name { get; init; }

        [StringLength(300)] public string? Domain { get; init; }

        /// <summary>One a line.</summary>
        [StringLength(10_000)] public string? Origins { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var sources = app.MapGroup("/settings/sources").ExcludeFromDescription();
        sources.MapGet("", Show).RequireAuthorization(Permissions.Viewer);
        sources.MapPost("", Create).RequireAuthorization(Permissions.Admin);
        sources.MapGet("/new", New).RequireAuthorization(Permissions.Admin);
        sources.MapGet("/{id}", ShowOne).RequireAuthorization(Permissions.Viewer);
        sources.MapPost("/{id}/revocation", Revoke).RequireAuthorization(Permissions.Admin);
        app.MapGet("/live/sources/{id}", Live).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
    }

    private static async Task<RazorComponentResult<SourcesPage>> Show(NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        new(new { Sources = await ListSources.Run(db, ct), Today = await Today(db, clock.Today(), ct) });

    // By sender, as ingestion counts them: stored since midnight UTC.
    private static async Task<IReadOnlyDictionary<string, long>> Today(NpgsqlDataSource db, DateOnly day, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<(string Sender, long Events)>(new CommandDefinition(
            "select sender, sum(accepted + late)::bigint from ingest_counts where minute >= @from and sender <> '' group by 1", new { from = day.Start() }, cancellationToken: ct)))
            .ToDictionary(row => row.Sender, row => row.Events, StringComparer.Ordinal);
    }

    private static Results<RazorComponentResult<NewSourcePage>, NotFound> New(string? client, string? domain, HttpRequest request) =>
        Client.Find(client) is { Page: null } chosen ? NewPage(chosen, request, new NewSource { Client = chosen.Id, Domain = domain }) : TypedResults.NotFound();

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<NewSourcePage>, NotFound>> Create(
        [FromForm] NewSource form, HttpContext context, CreateSource create, CancellationToken ct)
    {
        if (Client.Find(form.Client) is not { Kind: { } kind } client) return TypedResults.NotFound();
        var origins = (form.Origins ?? "").Split(['\n', ' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var request = new CreateSource.Request(string.IsNullOrWhiteSpace(form.Name) ? form.Domain ?? client.Name : form.Name, kind, origins, client.Domain is null ? null : form.Domain);
        var faults = CreateSource.Problems(request).ToList();
        if (client.Domain is { } field && string.IsNullOrWhiteSpace(form.Domain)) faults.Add(new Fault("domain", "is missing: the client names its site by it"));
        if (faults.Count == 0)
        {
            var (made, problem) = await create.Run(request, context.User.AuditActor(), ct);
            if (made is not null) return TypedResults.LocalRedirect($"/settings/sources/{made.SourceId}?client={client.Id}");
            faults.Add(problem!);
        }

        return NewPage(client, context.Request, form, faults);
    }

    private static async Task<Results<RazorComponentResult<SourcePage>, NotFound>> ShowOne(string id, string? client, HttpRequest request, NpgsqlDataSource db, CancellationToken ct)
    {
        if (await SourceState.Find(db, id, ct) is not { } state) return TypedResults.NotFound();
        var clients = Client.Of(state.Source.Kind).ToList();
        return new RazorComponentResult<SourcePage>(new { State = state, Clients = (IReadOnlyList<Client>)clients, Chosen = clients.Find(one => one.Id == client) ?? clients.FirstOrDefault(), Address = Address(request) });
    }

    private static Task Live(string id, HttpContext http, NpgsqlDataSource db) =>
        LiveStream.Send<SourceStateBody>(
            http, async ct => new Dictionary<string, object?> { ["State"] = await SourceState.Find(db, id, ct) }, hint => hint.Split(',').Contains(id, StringComparer.Ordinal), Signals.Sources);

    private static async Task<Results<RedirectHttpResult, NotFound>> Revoke(string id, HttpContext context, RevokeSource revoke, CancellationToken ct)
    {
        if (!await revoke.Run(id, context.User.AuditActor(), ct)) return TypedResults.NotFound();
        Flash.Say(context, "It may not send any more. What it sent stays.");
        return TypedResults.LocalRedirect("/settings/sources");
    }

    private static RazorComponentResult<NewSourcePage> NewPage(Client client, HttpRequest request, NewSource form, IReadOnlyList<Fault>? faults = null) =>
        new(new { Client = client, Form = form, Faults = faults ?? [], Address = Address(request) });

    /// <summary>Where this installation is, as the reader's browser knows it.</summary>
    private static Uri Address(HttpRequest request) => new($"{request.Scheme}://{request.Host}{request.PathBase}");
}
