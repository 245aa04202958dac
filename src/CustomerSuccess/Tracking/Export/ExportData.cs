using System.Runtime.CompilerServices;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Engagement;
using CustomerSuccess.Events;
using CustomerSuccess.Health;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Tracking.Export;

/// <summary>Everything about every customer as CSV files in a ZIP, read at one moment and streamed; nothing is kept here.</summary>
public static class ExportData
{
    private static readonly string Days = Sql.Read("Tracking/days.sql") + "order by " + ReadAccounts.InOrder("row_id");

    /// <summary>Download all data as a ZIP of CSV files: now, or with as_of as it was known at the end of that day. Leaves an audit row.</summary>
    public static async Task<Results<EmptyHttpResult, ValidationProblem>> Handle(
        HttpContext http, [FromQuery(Name = "as_of")] string? asOf, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, IConfiguration settings)
    {
        if (PastDay.Fault(asOf, clock, out var day) is { } fault) return EventAnswers.Invalid([fault]);
        await Send(http, day, db, audit, clock, settings);
        return TypedResults.Empty;
    }

    /// <summary>The archive as the answer, noted in the audit log first.</summary>
    public static async Task Send(HttpContext http, DateOnly? asOf, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, IConfiguration settings)
    {
        var ct = http.RequestAborted;
        var day = asOf ?? clock.Today();
        await audit.Write(db, http.User.AuditActor(), "data.exported", "", new { as_of = day.Iso() }, ct);
        http.Response.ContentType = "application/zip";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{MetricsZip.Name(ExportSettings.Read(settings).Prefix, day)}\"";
        http.Response.Headers.CacheControl = "no-store";
        await WriteZip(db, http.Response.BodyWriter.AsStream(), day, asOf is not null, ct);
    }

    /// <summary>Write the archive. With <paramref name="known"/>, only what was known at the end of the day counts.</summary>
    public static async Task WriteZip(NpgsqlDataSource db, Stream target, DateOnly asOf, bool known, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await ReadAccounts.Begin(connection, ct);
        // Now is everything there is, also what is dated tomorrow (it may be tomorrow already where they are).
        var until = known ? asOf : DateOnly.MaxValue;
        var accounts = ReadAccounts.Run(connection, DateOnly.MinValue, until, known, null, ct);
        await using var zip = new MetricsZip(target);
        await zip.Add(Tables.Customers, accounts.Select(account => account.Customer), ct);
        await zip.Add(Tables.Onboarding, ReadAccounts.Records(connection, until, known, ct), ct);
        await zip.Add(Tables.Engagement, Engagement(connection, asOf, known, ct), ct);
        await zip.Add(CombinedMetrics.Table, accounts.Select(account => CombinedMetrics.Of(account, HealthModel.EarlyAccess, asOf)), ct);
    }

    private static async IAsyncEnumerable<EngagementRow> Engagement(NpgsqlConnection connection, DateOnly asOf, bool known, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ReadAccounts.Over(known) + Days, connection) { CommandTimeout = 0 };
        if (known)
        {
            command.Parameters.Add(new("until", asOf.End()));
            command.Parameters.Add(new("customer", DBNull.Value) { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        }

        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            yield return new EngagementRow(
                row.GetString(0), row.GetString(1), row.GetFieldValue<DateOnly>(2),
                new Counts(row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)));
        }
    }
}
