using CustomerSuccess.Messages.Consent.Pages;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>The page on which a person chooses what to get, opened by the link in a mail: no sign-in, no cookie, no script.</summary>
public static class ShowPreferences
{
    // Said after a form, by a word in the address: there is no cookie to carry it.
    private static readonly string[] Said = ["saved", "all_done", "stopped", "back_done", "unsubscribed", "needed"];

    public static async Task<Results<RazorComponentResult<PreferencePage>, RazorComponentResult<BrokenLinkPage>>> Show(
        string token, HttpContext http, NpgsqlDataSource db, OpenLink open, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var (link, broken) = await open.Run(connection, token, http, ct);
        if (link is null) return broken!;
        string? word = http.Request.Query["done"];
        var said = Said.Contains(word, StringComparer.Ordinal) ? link.Texts.Say(word!, link.Topic.TitleIn(link.Texts.Language)) : null;
        return new RazorComponentResult<PreferencePage>(new
        {
            Model = new PreferencePage.Content(link.Texts, link.Brand.Company, "/preferences/" + token, link.Address, link.Wishes, link.Suppressed, said, link.Token is null),
        });
    }

    public static async Task<Results<RedirectHttpResult, RazorComponentResult<BrokenLinkPage>>> Submit(
        string token, HttpContext http, LinkDesk desk, CancellationToken ct)
    {
        await using var connection = await desk.Db.OpenConnectionAsync(ct);
        var (link, broken) = await desk.Open.Run(connection, token, http, ct);
        if (link is null) return broken!;
        var form = await OpenLink.Form(http, ct);
        string todo = form["do"].ToString();
        var done = todo switch { "all" => "all_done", "stop" => "stopped", "back" => "back_done", _ => "saved" };
        if (link.Token is { } who)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var choice = new ChangePreferences.Choice(who.Customer, who.Email, ChangePreferences.Page, By.Recipient, Message: who.Message);
            if (todo == "save") await desk.Change.Run(connection, transaction, choice, Ticked(link, [.. form["topic"].OfType<string>()]), ct);
            else if (todo == "all") await desk.Change.Run(connection, transaction, choice, Nothing(link), ct);
            else if (todo == "stop") await desk.List.Add(connection, transaction, new(who.Email, SuppressionList.Wish, "", who.Customer, who.Message), By.Recipient, ct);
            else if (todo == "back" && link.Suppressed is SuppressionList.Wish or SuppressionList.Complaint) await desk.List.Remove(connection, transaction, desk.Keys.Of(who.Email), who.Email, "its owner asked for mail again", By.Recipient, ct);
            await transaction.CommitAsync(ct);
            desk.Signals.Publish(Signals.Standings, who.Customer);
        }

        return TypedResults.LocalRedirect($"/preferences/{token}?lang={link.Texts.Language}&done={done}", permanent: false, preserveMethod: false);
    }

    /// <summary>Every topic of the page as it was ticked; who ticks all of them wants those to come, too.</summary>
    private static Dictionary<string, bool> Ticked(OpenLink.Opened link, HashSet<string> ticked)
    {
        var wishes = link.Wishes.Where(wish => !wish.Topic.Transactional).ToDictionary(wish => wish.Topic.Name, wish => ticked.Contains(wish.Topic.Name), StringComparer.Ordinal);
        if (wishes.Count > 0 && wishes.Values.All(wanted => wanted)) wishes[Topic.Everything] = true;
        return wishes;
    }

    private static Dictionary<string, bool> Nothing(OpenLink.Opened link)
    {
        var wishes = link.Wishes.Where(wish => !wish.Topic.Transactional).ToDictionary(wish => wish.Topic.Name, _ => false, StringComparer.Ordinal);
        wishes[Topic.Everything] = false;
        return wishes;
    }
}
