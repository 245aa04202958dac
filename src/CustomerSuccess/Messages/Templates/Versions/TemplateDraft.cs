using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Templates.Versions;

/// <summary>What one author has in the editor and has not saved.</summary>
public sealed record TemplateDraft(string Subject, string Preheader, string Html, string Text, int BeganWith, DateTime SavedAt)
{
    public TemplateText Words => new(Subject, Preheader, Html, Text);

    public static Task<TemplateDraft?> Find(NpgsqlConnection connection, TemplateKind kind, string author, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<TemplateDraft>(new CommandDefinition(
            "select subject, preheader, html, text, began_with, saved_at from template_drafts where kind = @Name and author = @author", new { kind.Name, author }, cancellationToken: ct))!;

    public static Task Keep(NpgsqlConnection connection, TemplateKind kind, string author, TemplateText words, int beganWith, DateTime now, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(
        """
        insert into template_drafts (kind, author, subject, preheader, html, text, began_with, saved_at)
        values (@kind, @author, @Subject, @Preheader, @Html, @Text, @beganWith, @now)
        on conflict (kind, author) do update set subject = excluded.subject, preheader = excluded.preheader, html = excluded.html, text = excluded.text,
          began_with = excluded.began_with, saved_at = excluded.saved_at
        """,
        new { kind = kind.Name, author, words.Subject, words.Preheader, words.Html, words.Text, beganWith, now }, cancellationToken: ct));

    public static Task Discard(NpgsqlConnection connection, NpgsqlTransaction? transaction, TemplateKind kind, string author, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition("delete from template_drafts where kind = @Name and author = @author", new { kind.Name, author }, transaction, cancellationToken: ct));
}
