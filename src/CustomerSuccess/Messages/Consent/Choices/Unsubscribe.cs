using CustomerSuccess.Messages.Consent.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>
/// The address in List-Unsubscribe: a POST ends the mail's topic for its address at once (RFC 8058 one click, or the button); a GET shows
/// a page with that button and changes nothing, for programs follow every link of a mail.
/// </summary>
public static class Unsubscribe
{
    public static async Task<Results<RazorComponentResult<UnsubscribePage>, RazorComponentResult<BrokenLinkPage>>> Show(
        string token, HttpContext http, NpgsqlDataSource db, OpenLink open, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var (link, broken) = await open.Run(connection, token, http, ct);
        if (link is null) return broken!;
        return new RazorComponentResult<UnsubscribePage>(new
        {
            Model = new UnsubscribePage.Content(link.Texts, link.Brand.Company, "/unsubscribe/" + token, "/preferences/" + token, link.Address, link.Topic.TitleIn(link.Texts.Language), link.Token is null),
        });
    }

    public static async Task<Results<ContentHttpResult, RedirectHttpResult, RazorComponentResult<BrokenLinkPage>>> Submit(
        string token, HttpContext http, LinkDesk desk, CancellationToken ct)
    {
        await using var connection = await desk.Db.OpenConnectionAsync(ct);
        var (link, broken) = await desk.Open.Run(connection, token, http, ct);
        if (link is null) return broken!;
        var form = await OpenLink.Form(http, ct);
        var program = form["List-Unsubscribe"] == "One-Click";
        if (link.Token is { } who && !link.Topic.Transactional)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await desk.Change.Run(
                connection, transaction, new(who.Customer, who.Email, program ? ChangePreferences.OneClick : ChangePreferences.Page, By.Recipient, Message: who.Message),
                new Dictionary<string, bool>(StringComparer.Ordinal) { [who.Topic] = false }, ct);
            await transaction.CommitAsync(ct);
            desk.Signals.Publish(Signals.Standings, who.Customer);
        }

        // The topic has become one that cannot be switched off since the mail went out: nobody is told otherwise.
        if (link.Topic.Transactional)
        {
            return program ? TypedResults.Text($"Not unsubscribed: {link.Texts.Say("needed", link.Topic.TitleIn(link.Texts.Language))}\n", "text/plain", statusCode: StatusCodes.Status409Conflict)
                : TypedResults.LocalRedirect($"/preferences/{token}?lang={link.Texts.Language}&done=needed", permanent: false, preserveMethod: false);
        }

        // A mail program wants a plain yes; a person wants to see what holds now.
        return program ? TypedResults.Text("Unsubscribed.\n", "text/plain") : TypedResults.LocalRedirect($"/preferences/{token}?lang={link.Texts.Language}&done=unsubscribed", permanent: false, preserveMethod: false);
    }
}
