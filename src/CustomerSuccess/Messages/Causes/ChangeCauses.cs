using System.ComponentModel.DataAnnotations;
using System.Net.Mail;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Causes;

/// <summary>Switches causes on and off, and says who of the team hears of what. It holds for events that come in from then on.</summary>
public sealed class ChangeCauses(NpgsqlDataSource db, AuditLog audit, TimeProvider clock)
{
    public const int MostAddresses = 20;

    /// <summary>What is left out stays. Off: names of causes that cause nothing. Team: addresses. Owner: whether who looks after a customer gets its notices.</summary>
    public sealed record Request(IReadOnlyList<string>? Off, IReadOnlyList<string>? Team, bool? Owner);

    /// <summary>Switch causes on and off, and say who of the team hears of them.</summary>
    public static async Task<Results<Ok<CountCauses.Answer>, ValidationProblem>> Handle(
        Request request, ClaimsPrincipal who, ChangeCauses change, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        await change.Run(request, who, ct) is { Count: > 0 } faults ? EventAnswers.Invalid(faults) : TypedResults.Ok(await CountCauses.Run(db, clock.Now(), ct));

    /// <summary>What is wrong with it; nothing is saved then. Seen: the mark of what a form was filled with; null: what is left out stays as it is by now.</summary>
    public async Task<IReadOnlyList<Fault>> Run(Request request, ClaimsPrincipal who, CancellationToken ct, string? seen = null)
    {
        var faults = new List<Fault>();
        if (request.Off?.FirstOrDefault(name => !KnownCauses.Exists(name)) is { } unknown) faults.Add(new Fault("off", $"names '{unknown}', which is no cause"));
        var team = request.Team?.Select(address => address.Trim().ToLowerInvariant()).Where(address => address.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (team?.FirstOrDefault(address => !IsAddress(address)) is { } bad) faults.Add(new Fault("team", $"holds '{(bad.Length > 60 ? bad[..59] + "…" : bad)}', which is no mail address"));
        if (team?.Count > MostAddresses) faults.Add(new Fault("team", $"has more than {MostAddresses} addresses; use a list address"));
        if (faults.Count > 0) return faults;
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var saved = await SavedSetting.Hold(connection, transaction, CauseSettings.Name, ct);
        if (SavedSetting.Newer(seen, saved?.ChangedAt)) return [new Fault(SavedSetting.Seen, SavedSetting.Changed)];
        var before = CauseSettings.Parse(saved);
        var after = new CauseSettings(request.Off is { } off ? [.. off.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : before.Off, team ?? before.Team, request.Owner ?? before.Owner);
        await after.Save(connection, transaction, who.Actor(), clock.Now(), ct);
        await audit.Write(connection, transaction, who.AuditActor(), "causes.changed", "", new { after.Off, team = after.Team.Count, after.Owner }, ct);
        await transaction.CommitAsync(ct);
        return [];
    }

    private static bool IsAddress(string text) => text.Length <= 254 && !text.Any(letter => char.IsControl(letter) || letter is ' ' or '<' or '>' or ',' or ';')
        && MailAddress.TryCreate(text, out var address) && address.Address == text;
}
