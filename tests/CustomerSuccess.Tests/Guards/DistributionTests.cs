using CustomerSuccess.Platform;
using Dapper;

namespace CustomerSuccess.Tests.Guards;

public sealed class DistributionTests
{
    private static readonly Dictionary<string, string?> Distributed = DistributionRules.Distributed(Migrator.All.Select(step => step.Text));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void The_list_of_distributed_tables_is_read_from_the_migrations()
    {
        Distributed["events"].ShouldBe("subject");
        Distributed["customers"].ShouldBe("customer_id");
        Distributed["settings"].ShouldBeNull();
        Distributed.ShouldNotContainKey("touched");
    }

    [Fact]
    public async Task A_cluster_accepts_every_table()
    {
        await using var database = await TestDatabase.Clone();
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        (await DistributionRules.InCatalog(connection, Distributed)).ShouldBeEmpty();
        var tables = (await connection.QueryAsync<string>("select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')")).ToList();
        Distributed.Keys.Except(tables).ShouldBeEmpty("distributed, but there is no such table");
    }

    [Fact]
    public void A_cluster_accepts_every_statement() =>
        Repository.Files("src", ".sql", ".cs").SelectMany(file => DistributionRules.InText(file.Path, file.Text)).ShouldBeEmpty();

    [Theory]
    [InlineData("create table planted (customer_id text)", "planted has no primary key")]
    [InlineData("create table planted (customer_id text primary key, email text unique)", "unique without customer_id")]
    [InlineData("create table planted (customer_id text primary key); create table watcher (id int primary key, c text references planted)", "local watcher refers to distributed planted")]
    [InlineData("create table planted (customer_id text primary key, job text); create table j (id text primary key); alter table planted add foreign key (job) references j", "distributed planted refers to local j")]
    [InlineData("create table planted (customer_id text primary key, other text references customers)", "distributed planted refers to distributed customers")]
    [InlineData("create table planted (customer_id text primary key); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger bell before insert on planted execute function f()", "planted has the trigger bell")]
    public async Task A_table_that_a_cluster_refuses_is_caught(string sql, string says)
    {
        await using var database = await TestDatabase.Clone();
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(sql);
        var planted = new Dictionary<string, string?>(Distributed, StringComparer.Ordinal) { ["planted"] = "customer_id" };
        (await DistributionRules.InCatalog(connection, planted)).ShouldContain(found => found.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("merge into customers using x on true when matched then delete")]
    [InlineData("select day, count(*) from activity group by rollup (day)")]
    [InlineData("select day, count(*) from activity group by grouping sets ((day), ())")]
    [InlineData("with recursive days as (select 1) select * from days")]
    [InlineData("insert into touched values (1) on conflict (id) do update set at = now()")]
    [InlineData("with a as (insert into x values (1) on conflict (id)\n do update set n = x.n + 1, at = coalesce(x.at, clock_timestamp()) returning 1) select 1")]
    public void A_statement_that_a_cluster_refuses_is_caught(string sql) =>
        DistributionRules.InText("planted.sql", sql).ShouldNotBeEmpty();

    [Theory]
    [InlineData("-- no merge into here\nselect 1")]
    [InlineData("with a as (insert into x values (1, now()) on conflict (id) do update set at = excluded.at), b as (select now()) select 1")]
    [InlineData("insert into x values (1) on conflict (id) do update set n = x.n + 1 returning now()")]
    public void A_statement_that_a_cluster_runs_is_fine(string sql) =>
        DistributionRules.InText("fine.sql", sql).ShouldBeEmpty();
}
