using System.Diagnostics;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Npgsql;
using NpgsqlTypes;

namespace CustomerSuccess.Bench;

/// <summary>What PostgreSQL itself takes: COPY of the same events into a table like theirs, with the same indexes, in commits of 500 and nothing else.</summary>
internal static class Copy
{
    private static int next;

    public static async Task<double> Run(string connectionString, Traffic traffic, int seconds)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using (var table = new NpgsqlCommand("create table if not exists bench_copy (like events including indexes including defaults)", connection)) await table.ExecuteNonQueryAsync();
        var (rows, began) = (0, Stopwatch.GetTimestamp());
        // Made beforehand and numbered anew: COPY pays for the rows, not for the making of their text.
        var now = Days.Micro(TimeProvider.System.Now());
        var events = Enumerable.Range(0, 2_000).Select(n => JsonDocument.Parse(traffic.Envelope(n)))
            .Select(json => ReadEnvelope.From(json.RootElement, now, "native", "key:bench").Event!).ToArray();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            await using var copy = await connection.BeginBinaryImportAsync(
                "copy bench_copy (subject, source, id, type, occurred_at, received_at, customer_id, person_id, visitor_id, session_id, url, referrer, utm_source, utm_campaign, properties, history, actor) from stdin (format binary)");
            for (var n = 0; n < 500; n++, rows++)
            {
                var e = events[rows % events.Length];
                await copy.StartRowAsync();
                foreach (var text in (string?[])[e.Subject, e.Source, $"copy-{traffic.Run}-{next++}", e.Type]) await Text(copy, text);
                await copy.WriteAsync(e.OccurredAt, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(e.ReceivedAt, NpgsqlDbType.TimestampTz);
                foreach (var text in (string?[])[e.CustomerId, e.PersonId, e.VisitorId, e.SessionId, e.Visit.Url, e.Visit.Referrer, e.Visit.Source, e.Visit.Campaign]) await Text(copy, text);
                await copy.WriteAsync(e.Properties, NpgsqlDbType.Jsonb);
                await copy.WriteAsync(e.History, NpgsqlDbType.Boolean);
                await Text(copy, e.Actor);
            }

            await copy.CompleteAsync();
        }

        return rows / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static Task Text(NpgsqlBinaryImporter copy, string? text) => text is null ? copy.WriteNullAsync() : copy.WriteAsync(text, NpgsqlDbType.Text);
}
