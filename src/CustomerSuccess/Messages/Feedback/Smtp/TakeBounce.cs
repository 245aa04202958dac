using System.CommandLine;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Feedback.Smtp;

/// <summary>Takes a mail that came back, as it is: from a mail server's pipe (./cs bounce) or by HTTP.</summary>
public sealed class TakeBounce(NpgsqlDataSource db, StoreFeedback store, TimeProvider clock)
{
    public const int MostBytes = 1024 * 1024;

    /// <summary>Outcome: stored, duplicate, unmatched (no such mail was sent from here) or ignored (it is no report), and why.</summary>
    public sealed record Answer(string Outcome, string Why);

    /// <summary>A mail that came back, raw (message/rfc822): a delivery status notification (RFC 3464) or a complaint (RFC 5965), at most 1 MB.</summary>
    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(HttpRequest request, TakeBounce take, CancellationToken ct)
    {
        var body = await RequestBody.Read(request, ct);
        return body.Length is 0 or > MostBytes
            ? TypedResults.Problem($"A mail has 1 to {MostBytes} bytes.", statusCode: body.Length == 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status413PayloadTooLarge)
            : TypedResults.Accepted((string?)null, await take.Run(body, ct));
    }

    public static Command Command(CliHost host)
    {
        var file = new Argument<string?>("FILE") { Description = "The mail as it came; standard input where none is named, so that a mail server can pipe it", Arity = ArgumentArity.ZeroOrOne };
        var bounce = new Command("bounce", "Take a mail that came back (RFC 3464) or a complaint (RFC 5965): its address gets nothing any more") { file };
        bounce.SetAction(async (command, ct) =>
        {
            var raw = await Raw(command.GetValue(file), ct);
            var answer = await (await host.Services(ct)).GetRequiredService<TakeBounce>().Run(raw, ct);
            // Never an error for a mail that means nothing: a mail server would send that back as well.
            host.Print(command, answer, one => one.Why.Length > 0 ? $"{one.Outcome}: {one.Why}" : one.Outcome);
        });
        return bounce;
    }

    public async Task<Answer> Run(ReadOnlyMemory<byte> raw, CancellationToken ct)
    {
        var reading = ReadBounce.Run(raw.Span, clock.Now());
        if (reading.Events.Count == 0) return new("ignored", reading.Why.Length > 0 ? reading.Why : "it says nothing about a recipient");
        var told = await OfTheirs(reading.Events, ct);
        var outcome = await store.Run("smtp", told, ct);
        return outcome switch
        {
            { Stored: > 0 } => new("stored", string.Join("; ", told.Select(one => $"{one.Kind} {one.Reason}".Trim()))),
            { Duplicate: > 0 } => new("duplicate", "it was told before"),
            _ => new("unmatched", "no such mail was sent from here"),
        };
    }

    // A report about another address (the mail was forwarded there) says nothing for good about the one we wrote to; nor does one that
    // leaves the address out.
    private async Task<IReadOnlyList<Told>> OfTheirs(IReadOnlyList<Told> told, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var addresses = (await connection.QueryAsync<(string Message, string Email)>(new CommandDefinition(
            "select message_id, to_email from messages where message_id = any(@ids)", new { ids = told.Select(one => one.Message).Distinct(StringComparer.Ordinal).ToArray() }, cancellationToken: ct)))
            .ToLookup(each => each.Message, each => AddressKeys.Plain(each.Email), StringComparer.Ordinal);
        return [.. told.Select(one => one.Kind == Told.Complained && one.Email.Length == 0 || addresses[one.Message].Contains(AddressKeys.Plain(one.Email)) ? one
            : one with { Hard = false, Suppresses = null, Reason = $"behind a forwarding: {one.Reason}" })];
    }

    private static async Task<ReadOnlyMemory<byte>> Raw(string? file, CancellationToken ct)
    {
        await using var source = file is null or "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        using var memory = new MemoryStream();
        var part = new byte[16 * 1024];
        for (int got; (got = await source.ReadAsync(part, ct)) > 0;)
        {
            if (memory.Length + got > MostBytes) throw new Trouble($"The mail has more than {MostBytes} bytes.", "Have the mail server return headers only (RET=HDRS).");
            await memory.WriteAsync(part.AsMemory(0, got), ct);
        }

        return memory.ToArray();
    }
}
