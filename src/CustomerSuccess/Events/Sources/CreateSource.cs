using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Events.Sources;

/// <summary>Makes a source with its write key. One that was discovered or blocked by its domain is taken over and works again.</summary>
public sealed class CreateSource(NpgsqlDataSource db, AuditLog audit, KnownSources known, TimeProvider clock)
{
    private const int MostOrigins = 50;

    /// <param name="Name">What sends: 1 to 100 characters.</param>
    /// <param name="Kind">The client: segment, rudder, posthog, plausible, umami, jitsu or script.</param>
    /// <param name="Origins">Pages that may use the key, as in https://app.example.com or https://*.example.com; none: any, and servers.</param>
    /// <param name="Domain">The domain of a Plausible script, or the website id of an Umami one.</param>
    public sealed record Request(string? Name, string? Kind, string[]? Origins = null, string? Domain = null);

    /// <summary>Make a source; the answer holds its write key, which is public and may stand in web pages.</summary>
    public static async Task<Results<Created<Source>, ValidationProblem>> Handle(Request request, ClaimsPrincipal who, CreateSource create, CancellationToken ct)
    {
        if (Problems(request) is { Count: > 0 } faults) return EventAnswers.Invalid(faults);
        var (made, problem) = await create.Run(request, who.AuditActor(), ct);
        return made is null ? EventAnswers.Invalid([problem!]) : TypedResults.Created($"/api/v1/sources/{made.SourceId}", made);
    }

    /// <summary>What is wrong with a request; empty when nothing is.</summary>
    public static IReadOnlyList<Fault> Problems(Request request)
    {
        var faults = new List<Fault>();
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Trim().Length > 100 || request.Name.Any(char.IsControl) || !Whole(request.Name))
            faults.Add(new("name", "must be a line of 1 to 100 characters"));
        if (request.Kind is not { } kind || !Source.Kinds.Contains(kind)) faults.Add(new("kind", $"must be one of {string.Join(", ", Source.Kinds)}"));
        if (request.Origins is { Length: > MostOrigins }) faults.Add(new("origins", $"are more than {MostOrigins}"));
        else if (request.Origins?.FirstOrDefault(origin => Origin(origin) is null) is { } bad)
            faults.Add(new("origins", $"'{bad}' is no origin: write https://app.example.com or https://*.example.com, without a path"));
        if (request.Domain is { } domain && (domain.Trim().Length > 200 || domain.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter))))
            faults.Add(new("domain", "must be at most 200 characters, as in example.com, or a website id"));
        return faults;
    }

    /// <summary>The source made, or why not: its domain has a working source already. Call <see cref="Problems"/> first.</summary>
    public async Task<(Source? Made, Fault? Problem)> Run(Request request, string actor, CancellationToken ct)
    {
        var (id, key) = Source.Make();
        var domain = string.IsNullOrWhiteSpace(request.Domain) ? null : request.Domain.Trim().ToLowerInvariant();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var made = await connection.QuerySingleOrDefaultAsync<Source>(new CommandDefinition(
            $"""
            insert into sources as s (source_id, name, kind, write_key, origins, domain, created_at, created_by)
            values (@id, @name, @Kind, @key, @origins, @domain, @now, @actor)
            on conflict (domain) do update set
              name = excluded.name, kind = excluded.kind, write_key = excluded.write_key, origins = excluded.origins,
              created_at = excluded.created_at, created_by = excluded.created_by, revoked_at = null
            where s.revoked_at is not null or s.created_by = '{Source.Discovered}'
            returning {Source.Columns}
            """,
            new { id, name = request.Name!.Trim(), request.Kind, key, origins = (request.Origins ?? []).Select(origin => Origin(origin)!).Distinct().ToArray(), domain, now = clock.Now(), actor },
            transaction, cancellationToken: ct));
        if (made is null) return (null, new Fault("domain", $"'{domain}' has a source already"));
        await audit.Write(connection, transaction, actor, "source.created", "source:" + made.SourceId, new { kind = made.Kind }, ct);
        await transaction.CommitAsync(ct);
        known.Forget(made);
        return (made, null);
    }

    // As browsers write it: scheme and host in small letters, no default port, nothing behind.
    private static string? Origin(string text)
    {
        var plain = text.Trim().TrimEnd('/');
        if (plain.Length > 200 || !Uri.TryCreate(plain.Replace("://*.", "://star.", StringComparison.Ordinal), UriKind.Absolute, out var uri)) return null;
        if (uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0 || uri.Host.Contains('*')) return null;
        var origin = uri.GetLeftPart(UriPartial.Authority).ToLowerInvariant();
        return plain.Contains("://*.", StringComparison.Ordinal) ? origin.Replace("://star.", "://*.", StringComparison.Ordinal) : origin;
    }

    private static bool Whole(string text) => !text.EnumerateRunes().Any(rune => rune == System.Text.Rune.ReplacementChar);
}
