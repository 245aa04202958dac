using CustomerSuccess.Access.Audit;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Design;
using CustomerSuccess.Messages.Templates.Facts;
using CustomerSuccess.Messages.Templates.Language;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Templates.Versions;

/// <summary>Keeps what somebody wrote as a new version; older ones stay. Nothing is kept that could not be sent.</summary>
public sealed class SaveTemplate(NpgsqlDataSource db, AuditLog audit, TimeProvider clock)
{
    /// <summary>Version is the new one, or the one that holds where nothing changed. Newer: somebody else saved that one meanwhile, and nothing was kept.</summary>
    public sealed record Outcome(int Version, IReadOnlyList<TemplateFault> Faults, int? Newer = null);

    /// <summary>Who saves: for the version (user:EMAIL) and for the audit log (user:ID).</summary>
    public sealed record Author(string Name, string Audited);

    /// <param name="kind">Which template.</param>
    /// <param name="text">The new words; null for the product's own.</param>
    /// <param name="beganWith">The version the author saw; null: whatever is there.</param>
    /// <param name="note">How it came about, where nobody wrote it.</param>
    /// <param name="author">Who.</param>
    /// <param name="ct">Stops the wait.</param>
    public async Task<Outcome> Run(TemplateKind kind, TemplateText? text, int? beganWith, string note, Author author, CancellationToken ct)
    {
        var words = (text ?? DefaultTemplates.Of(kind)).Tidy();
        var faults = Faults(kind, words);
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Two who save at once: the second sees the first's version.
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(21, hashtext(@Name))", new { kind.Name }, transaction, cancellationToken: ct));
        var current = await TemplateVersion.Current(connection, transaction, kind, ct);
        if (faults.Count > 0) return new(current.Version, faults);
        if (beganWith is { } seen && seen != current.Version) return new(current.Version, [], current.Version);
        if (current.Text == words && current.Builtin == text is null)
        {
            await TemplateDraft.Discard(connection, transaction, kind, author.Name, ct);
            await transaction.CommitAsync(ct);
            return new(current.Version, []);
        }

        var version = current.Version + 1;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into message_templates (kind, version, builtin, subject, preheader, html, text, note, created_at, created_by)
            values (@kind, @version, @builtin, @Subject, @Preheader, @Html, @Text, @note, @now, @author)
            """,
            new { kind = kind.Name, version, builtin = text is null, words.Subject, words.Preheader, words.Html, words.Text, note, now = clock.Now(), author = author.Name }, transaction, cancellationToken: ct));
        await TemplateDraft.Discard(connection, transaction, kind, author.Name, ct);
        await audit.Write(connection, transaction, author.Audited, "template.saved", "template:" + kind.Name, new { version, builtin = text is null, note }, ct);
        await transaction.CommitAsync(ct);
        return new(version, []);
    }

    /// <summary>What the check finds; where it finds nothing, what goes wrong when a made-up customer gets it.</summary>
    public static IReadOnlyList<TemplateFault> Faults(TemplateKind kind, TemplateText text)
    {
        var faults = CheckTemplate.Run(text, kind.Shape);
        if (faults.Count > 0) return faults;
        try
        {
            MakeMail.Run(text, SampleLetters.Of(kind, BrandSettings.Usual), BrandSettings.Usual, new Frame(kind.ToCustomer, "Northwind", null, null));
            return [];
        }
        catch (TemplateFailed error)
        {
            return [new TemplateFault("html", 0, error.Message)];
        }
    }
}
