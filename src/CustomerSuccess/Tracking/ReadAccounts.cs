using System.Data;
using System.Runtime.CompilerServices;
using CustomerSuccess.Engagement;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tracking;

/// <summary>Customers and their days from the database, as the files have them: now, or as they were known at the end of a day.</summary>
internal static class ReadAccounts
{
    private static readonly string AsKnown = $"with {Known.Tables("@customer::text is null or customer_id = @customer")},\n";

    private static readonly string Accounts = Sql.Read("Tracking/accounts.sql").Replace("/*record*/", ReadOnboarding.Columns, StringComparison.Ordinal);
    private static readonly string ByCustomer = Accounts.Replace("/*order*/", InOrder("c.customer_id"), StringComparison.Ordinal);
    private static readonly string ByRecord = Accounts.Replace("/*order*/", InOrder("coalesce(o.row_id, 'o-' || c.customer_id)"), StringComparison.Ordinal);

    /// <summary>The prefix of a query over customers, onboarding, activity and engagement_rows: the tables, or what was known of them by @until.</summary>
    public static string Over(bool asOf) => asOf ? AsKnown : "with ";

    /// <summary>The natural order of ids, as <see cref="Ids.Compare"/> has it.</summary>
    public static string InOrder(string id) =>
        $"""
        rtrim({id}, '0123456789') collate "C", length(ltrim(substr({id}, length(rtrim({id}, '0123456789')) + 1), '0')), ltrim(substr({id}, length(rtrim({id}, '0123456789')) + 1), '0') collate "C", {id} collate "C"
        """;

    /// <param name="connection">Open; inside a transaction where several reads must agree.</param>
    /// <param name="from">The first day of the sums.</param>
    /// <param name="to">Their last day, and the day by which a customer must have signed up.</param>
    /// <param name="asOf">Whether only what was known at the end of <paramref name="to"/> counts.</param>
    /// <param name="customerId">One customer only.</param>
    /// <param name="ct">Stops reading.</param>
    public static IAsyncEnumerable<Account> Run(NpgsqlConnection connection, DateOnly from, DateOnly to, bool asOf, string? customerId, CancellationToken ct) =>
        Run(ByCustomer, connection, from, to, asOf, customerId, ct);

    /// <summary>The onboarding records alone, in the order of their own ids.</summary>
    public static IAsyncEnumerable<OnboardingRow> Records(NpgsqlConnection connection, DateOnly to, bool asOf, CancellationToken ct) =>
        Run(ByRecord, connection, to, to, asOf, null, ct).Select(account => account.Onboarding!);

    /// <summary>
    /// One snapshot for several reads. They go through everything: they take their time and some memory, and loops over
    /// what the planner believes to be few rows would take for ever.
    /// </summary>
    public static async Task<NpgsqlTransaction> Begin(NpgsqlConnection connection, CancellationToken ct)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "set transaction read only; set local statement_timeout = 0; set local work_mem = '64MB'; set local jit = off; set local enable_nestloop = off",
            null, transaction, cancellationToken: ct));
        return transaction;
    }

    public static async Task<IReadOnlyList<Account>> All(NpgsqlDataSource db, DateOnly from, DateOnly to, bool asOf, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await Begin(connection, ct);
        return await Run(connection, from, to, asOf, null, ct).ToListAsync(ct);
    }

    public static async Task<Account?> One(NpgsqlDataSource db, string customerId, DateOnly to, bool asOf, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await Run(connection, DateOnly.MinValue, to, asOf, customerId, ct).FirstOrDefaultAsync(ct);
    }

    private static async IAsyncEnumerable<Account> Run(
        string query, NpgsqlConnection connection, DateOnly from, DateOnly to, bool asOf, string? customerId, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Over(asOf) + query, connection) { CommandTimeout = 0 };
        command.Parameters.Add(new("from", from));
        command.Parameters.Add(new("to", to));
        command.Parameters.Add(new("customer", (object?)customerId ?? DBNull.Value) { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        if (asOf) command.Parameters.Add(new("until", to.End()));
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) yield return Read(row);
    }

    private static Account Read(NpgsqlDataReader row)
    {
        var customer = new CustomerRow(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateOnly>(4),
            row.GetString(5), row.GetString(6), row.IsDBNull(7) ? null : row.GetInt32(7), row.GetString(8));
        var completed = Day(row, 12);
        var record = new OnboardingRow(
            row.GetString(10), customer.Id, row.GetInt32(11), completed,
            completed is { } day ? OnboardingSteps.DaysToComplete(customer.SignupDate, day) : null, row.GetString(13), row.GetString(14));
        var counts = new Counts(row.GetInt64(15), row.GetInt64(16), row.GetInt64(17), row.GetInt64(18), row.GetInt64(19));
        return new Account(customer, record, new Totals(counts, row.GetInt64(20), Day(row, 21)), row.GetBoolean(9));
    }

    private static DateOnly? Day(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateOnly>(column);
}
