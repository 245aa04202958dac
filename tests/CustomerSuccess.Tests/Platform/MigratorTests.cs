using CustomerSuccess.Platform;
using Dapper;

namespace CustomerSuccess.Tests.Platform;

public sealed class MigratorTests
{
    private static readonly Migration First = new(1, "first", "create table one (id int primary key);");
    private static readonly Migration Second = new(2, "second", "create table two (id int primary key); insert into two values (1);");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_step_has_a_number_of_its_own_and_a_name()
    {
        Migrator.All.Select(step => step.Version).ShouldBeUnique();
        Migrator.All.ShouldAllBe(step => step.Version > 0 && step.Name.Length > 0);
    }

    [Fact]
    public async Task Processes_that_start_together_apply_every_step_once()
    {
        await using var database = await TestDatabase.Empty();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var connection = await database.Source.OpenConnectionAsync(Ct);
            await Migrator.Migrate(connection, Ct);
        }));

        await using var look = await database.Source.OpenConnectionAsync(Ct);
        (await look.QueryAsync<int>("select version from schema_versions order by version")).ShouldBe(Migrator.All.Select(step => step.Version));
    }

    [Fact]
    public async Task An_interrupted_step_leaves_nothing_and_is_done_at_the_next_start()
    {
        await using var database = await TestDatabase.Empty();
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        var broken = Second with { Text = Second.Text + "select 1/0;" };
        var trouble = await Should.ThrowAsync<Trouble>(() => Migrator.Migrate(connection, [First, broken], Ct));
        trouble.Text.ShouldContain("Step 2 (second)");
        (await connection.ExecuteScalarAsync<bool>("select to_regclass('one') is not null and to_regclass('two') is null")).ShouldBeTrue();

        await Migrator.Migrate(connection, [First, Second], Ct);
        (await connection.ExecuteScalarAsync<int>("select count(*) from two")).ShouldBe(1);
    }

    [Fact]
    public async Task A_step_that_was_changed_after_it_was_applied_is_refused()
    {
        await using var database = await TestDatabase.Empty();
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await Migrator.Migrate(connection, [First], Ct);

        var changed = First with { Text = "create table one (id bigint primary key);" };
        var trouble = await Should.ThrowAsync<Trouble>(() => Migrator.Migrate(connection, [changed, Second], Ct));
        trouble.Text.ShouldContain("Step 1 (first)");
        (await connection.ExecuteScalarAsync<bool>("select to_regclass('two') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await using var database = await TestDatabase.Empty();
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await Migrator.Migrate(connection, [First, Second], Ct);

        var trouble = await Should.ThrowAsync<Trouble>(() => Migrator.Migrate(connection, [First], Ct));
        trouble.Text.ShouldContain("newer");
    }
}
