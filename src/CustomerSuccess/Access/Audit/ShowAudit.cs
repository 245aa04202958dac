using CustomerSuccess.Access.Pages;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Access.Audit;

/// <summary>Settings, Audit log: what happened, newest first.</summary>
public static class ShowAudit
{
    /// <summary>Who and Whom are the users' addresses as they are today; the row itself holds ids.</summary>
    public sealed record Row(long Seq, DateTime At, string Actor, string Who, string Action, string Target, string Whom, string Details);

    public static async Task<RazorComponentResult<AuditPage>> Handle(long? before, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select a.seq, a.at, a.actor, coalesce(u.email, a.actor) as who, a.action, a.target, coalesce(t.email, a.target) as whom, a.details::text as details
            from audit a
            left join users u on a.actor = 'user:' || u.id
            left join users t on a.target = 'user:' || t.id
            where @before::bigint is null or a.seq < @before
            order by a.seq desc limit 100
            """, new { before }, cancellationToken: ct));
        return new(new { Model = new AuditPage.Content(rows.AsList()) });
    }
}
