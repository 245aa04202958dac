using CustomerSuccess.Access.Audit;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Access;

public sealed class AuditTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task What_staff_do_is_written_down_with_ids_only_and_the_chain_holds()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        await alice.Form("/settings/users", "/settings/users", ("Email", Cast.Bob.Email), ("Name", Cast.Bob.Name), ("Role", "manager"));
        await alice.Form("/settings/keys", "/settings/keys", ("Name", "Action"), ("Ingest", "true"), ("Password", Cast.Alice.Password));
        await house.Client(new()).SignIn(Cast.Alice.Email, "not-her-password");

        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        (await connection.QueryAsync<string>("select action from audit order by seq")).ShouldBe(["user.created", "sign_in.succeeded", "user.created", "key.created", "sign_in.failed"]);
        var text = string.Concat(await connection.QueryAsync<string>("select row_to_json(a)::text from audit a"));
        text.ShouldNotContain("example.com");
        text.ShouldNotContain("Bob");
        var verified = await house.Cli("audit", "verify");
        verified.Code.ShouldBe(0, verified.Error);
        verified.Out.ShouldContain("5 rows, unbroken");
        (await alice.Page("/settings/audit")).ShouldContain("Sign in failed");
    }

    [Fact]
    public async Task Any_change_behind_our_back_is_found()
    {
        await using var house = await House.Open();
        await house.Hire(Cast.Alice);
        var audit = house.Services.GetRequiredService<AuditLog>();
        for (var n = 0; n < 5; n++) await audit.Write(house.Db, "cli", "test.row", "n:" + n, new { n, text = "ø\n\"" }, Ct);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync("create table kept as select * from audit; create table kept_head as select * from audit_head");
        var seal = house.Services.GetRequiredService<AuditSeal>();
        foreach (var tampering in Tamperings)
        {
            (await VerifyAudit.Run(house.Db, seal, Ct)).ShouldBe(new(6, null));
            await connection.ExecuteAsync(tampering);
            (await VerifyAudit.Run(house.Db, seal, Ct)).Problem.ShouldNotBeNull(tampering);
            await connection.ExecuteAsync("delete from audit; delete from audit_head; insert into audit select * from kept; insert into audit_head select * from kept_head");
        }

        await connection.ExecuteAsync(Tamperings[0]);
        var verified = await house.Cli("audit", "verify");
        verified.Code.ShouldBe(1);
        verified.Out.ShouldContain("Row 3 was changed");
    }

    private static readonly string[] Tamperings =
    [
        "update audit set actor = 'user:u_other' where seq = 3",
        "update audit set details = '{\"role\":\"viewer\" }'::json where seq = 2",
        "update audit set at = at + interval '1 microsecond' where seq = 4",
        "delete from audit where seq = 3",
        "delete from audit where seq = 1",
        "delete from audit where seq = 6",
        "delete from audit where seq = 6; update audit_head set seq = 5",
        "update audit set seq = 100 where seq = 2; update audit set seq = 2 where seq = 3; update audit set seq = 3 where seq = 100",
        "insert into audit select 7, at, actor, action, target, details, hash, hash from audit where seq = 6; update audit_head set seq = 7",
        "delete from audit; update audit_head set seq = 0, hash = ''",
        "delete from audit_head",
    ];

    [Fact]
    public async Task Mending_the_chain_takes_the_installations_secret()
    {
        await using var house = await House.Open();
        var audit = house.Services.GetRequiredService<AuditLog>();
        for (var n = 0; n < 3; n++) await audit.Write(house.Db, "cli", "test.row", "n:" + n, null, Ct);
        // An intruder who knows the method but not the secret writes the log anew.
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync("delete from audit; update audit_head set seq = 0, hash = ''");
        var forger = new AuditLog(new AuditSeal(new byte[32]), house.Clock);
        for (var n = 0; n < 3; n++) await forger.Write(house.Db, "cli", "test.row", "n:" + n, null, Ct);
        (await house.Cli("audit", "verify")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task Many_writers_at_once_make_one_chain()
    {
        await using var house = await House.Open();
        var audit = house.Services.GetRequiredService<AuditLog>();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(n => audit.Write(house.Db, "cli", "test.row", "n:" + n, null, Ct)));
        (await house.Cli("audit", "verify")).Out.ShouldContain("60 rows, unbroken");
    }

    [Fact]
    public void No_statement_of_ours_changes_an_audit_row()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "CustomerSuccess.slnx"))) root = root.Parent!;
        var sources = Directory.EnumerateFiles(Path.Combine(root.FullName, "src"), "*.*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".sql", StringComparison.Ordinal))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));
        foreach (var file in sources)
            Staff.Seen(File.ReadAllText(file), @"(?i)(update|delete\s+from|truncate(\s+table)?|merge\s+into)\s+audit\b(?!_)").ShouldBeEmpty(file);
    }
}
