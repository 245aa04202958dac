using CustomerSuccess.Platform;
using Dapper;

namespace CustomerSuccess.Tests.Platform;

public sealed class DapperTests
{
    public sealed record Row(string CustomerId, DateOnly SignupDate, DateOnly? LastActive, DateTime OccurredAt, DateTime? SentAt, long Count, int? Days, decimal Mrr, string[] Untimed);

    [Fact]
    public async Task Days_and_instants_go_both_ways_also_into_positional_records()
    {
        await using var database = await TestDatabase.Clone();
        await using var connection = await database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var day = new DateOnly(2025, 5, 5);
        var instant = new DateTime(2025, 5, 5, 23, 59, 59, DateTimeKind.Utc).AddMicroseconds(999_999);

        var row = await connection.QuerySingleAsync<Row>(
            "select 'c1' as customer_id, @day as signup_date, @none::date as last_active, @instant as occurred_at, @never::timestamptz as sent_at, 3::bigint as count, null::int as days, 1.50::numeric as mrr, @steps as untimed",
            new { day, none = (DateOnly?)null, instant, never = (DateTime?)null, steps = new[] { "a" } });

        row.SignupDate.ShouldBe(day);
        row.LastActive.ShouldBeNull();
        row.OccurredAt.ShouldBe(instant);
        row.OccurredAt.Kind.ShouldBe(DateTimeKind.Utc);
        row.SentAt.ShouldBeNull();
        row.Untimed.ShouldBe(["a"]);
        (await connection.ExecuteScalarAsync<string>("select @day::text", new { day = (DateOnly?)day })).ShouldBe("2025-05-05");
        (await connection.QueryAsync<DateOnly>("select unnest(@days)", new { days = new[] { day, day.AddDays(1) } })).Last().ShouldBe(day.AddDays(1));
        (await connection.QuerySingleAsync<DateOnly?>("select null::date")).ShouldBeNull();
        (await connection.QuerySingleAsync<(DateOnly, DateTime)>("select @day, @instant", new { day, instant })).ShouldBe((day, instant));
    }
}
