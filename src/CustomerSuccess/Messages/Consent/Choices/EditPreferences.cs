using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Customers;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>What a customer's addresses get, as staff and programs see and change it.</summary>
public sealed class EditPreferences(NpgsqlDataSource db, ChangePreferences change, Signals signals)
{
    /// <summary>Topic → wanted; * is every topic that has no choice of its own. Topics that are left out stay as they are. Reason: why, for the history.</summary>
    public sealed record Request([property: Required] IReadOnlyDictionary<string, bool> Topics, [property: StringLength(500)] string? Reason = null);

    /// <summary>A customer's addresses and what each gets.</summary>
    public sealed record Answer(IReadOnlyList<AddressPreferences> Addresses);

    public sealed record Form
    {
        [StringLength(254)] public string? Email { get; init; }

        [StringLength(500)] public string? Reason { get; init; }

        /// <summary>The ticked ones.</summary>
        public string[]? Topic { get; init; }
    }

    /// <summary>What each address of a customer gets: its own, those of its people, and those that chose something once.</summary>
    public static async Task<Results<Ok<Answer>, NotFound>> Show(string id, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await Exists(connection, id, ct) ? TypedResults.Ok(new Answer(await ReadPreferences.OfCustomer(connection, id, ct))) : TypedResults.NotFound();
    }

    /// <summary>Switch topics on or off for an address of a customer. Transactional topics cannot be switched off.</summary>
    public static async Task<Results<Ok<AddressPreferences>, NotFound, ValidationProblem>> Handle(
        string id, string email, Request request, ClaimsPrincipal who, EditPreferences edit, CancellationToken ct)
    {
        var faults = new List<Fault>();
        if (!CustomerFields.IsEmail(email.Trim())) faults.Add(new Fault("email", "must be an address like name@example.com"));
        if (request.Topics is not { Count: > 0 and <= 50 }) faults.Add(new Fault("topics", "must name 1 to 50 topics, as in {\"product\": false}"));
        if (faults.Count > 0) return EventAnswers.Invalid(faults);
        return await edit.Run(id, email, request, By.Of(who), faults, ct) is { } now ? TypedResults.Ok(now) : faults.Count > 0 ? EventAnswers.Invalid(faults) : TypedResults.NotFound();
    }

    /// <summary>The form on a customer's page: all topics as they are ticked.</summary>
    public static async Task<IResult> Submit(string id, [FromForm] Form form, HttpContext http, EditPreferences edit, NpgsqlDataSource db, CancellationToken ct)
    {
        var email = (form.Email ?? "").Trim();
        if (!CustomerFields.IsEmail(email)) return Back.ToCustomer(http, id, "Nothing was saved: this is no address.", anchor: "mail");
        IReadOnlyList<Topic> topics;
        await using (var connection = await db.OpenConnectionAsync(ct)) topics = await Topic.Read(connection, null, ct);
        var wishes = topics.Where(topic => !topic.Transactional).ToDictionary(topic => topic.Name, topic => form.Topic?.Contains(topic.Name, StringComparer.Ordinal) == true, StringComparer.Ordinal);
        var faults = new List<Fault>();
        return await edit.Run(id, email, new(wishes, form.Reason), By.Of(http.User), faults, ct) is { } now
            ? Back.ToCustomer(http, id, $"{now.Email}: saved.", anchor: "mail") : TypedResults.NotFound();
    }

    private async Task<AddressPreferences?> Run(string id, string email, Request request, By by, List<Fault> faults, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await Exists(connection, id, ct)) return null;
        var topics = await Topic.Read(connection, null, ct);
        foreach (var (name, wanted) in request.Topics)
        {
            var topic = topics.FirstOrDefault(each => each.Name == name);
            if (topic is null && name != Topic.Everything) faults.Add(new Fault("topics", $"'{name}' is no topic; there are {string.Join(", ", topics.Select(each => each.Name))} and *"));
            else if (topic?.Transactional == true && !wanted) faults.Add(new Fault("topics", $"'{name}' cannot be switched off: put the address on the suppression list instead"));
        }

        if (request.Reason?.Any(char.IsControl) == true) faults.Add(new Fault("reason", "must be one line without control characters"));
        if (faults.Count > 0) return null;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await change.Run(connection, transaction, new(id, email, by.Source == "api" ? "api" : ChangePreferences.Staff, by, (request.Reason ?? "").Trim()), request.Topics, ct);
        await transaction.CommitAsync(ct);
        signals.Publish(Signals.Events);
        signals.Publish(Signals.Standings, id);
        var plain = AddressKeys.Plain(email);
        return (await ReadPreferences.OfCustomer(connection, id, ct)).FirstOrDefault(each => each.Email == plain)
            ?? new AddressPreferences(plain, null, null, ReadPreferences.Of(topics, []));
    }

    private static Task<bool> Exists(NpgsqlConnection connection, string id, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from customers where customer_id = @id)", new { id }, cancellationToken: ct));
}
