using System.Collections.Concurrent;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using CustomerSuccess.Messages.Templates.Brand;
using HandlebarsDotNet;

namespace CustomerSuccess.Messages.Templates.Design;

/// <summary>What the layout says around a letter.</summary>
public sealed record Frame(bool ToCustomer, string Customer, string? Preferences, string? Unsubscribe);

/// <summary>Puts a rendered body into the layout and the styles into the elements: a mail as it is sent.</summary>
public static class DressMail
{
    private static readonly string Css = Mail.File("Design/mail.css");

    // A company has one colour; whoever tries others in the settings leaves a few behind.
    private static readonly ConcurrentDictionary<string, InlineStyles> Sheets = new(StringComparer.Ordinal);
    private static readonly HandlebarsTemplate<object, object> Layout = Handlebars.Create(new HandlebarsConfiguration { ThrowOnUnresolvedBindingExpression = true }).Compile(Mail.File("Design/layout.hbs"));

    // A preheader is followed by what the list of mails shows; spaces that show nothing keep the letter's first words out of it.
    private static readonly string Spaces = string.Concat(Enumerable.Repeat("&#847;&zwnj;&nbsp;", 60));

    /// <param name="brand">Name, colours, addresses.</param>
    /// <param name="frame">What stands below the letter.</param>
    /// <param name="subject">As rendered.</param>
    /// <param name="preheader">As rendered; empty for none.</param>
    /// <param name="body">HTML as rendered, not trusted.</param>
    /// <param name="scheme">light or dark, to see it so whatever the system prefers; null in mails that are sent.</param>
    /// <returns>The document, and the text of the body.</returns>
    public static (string Html, string Text) Run(BrandSettings brand, Frame frame, string subject, string preheader, string body, string? scheme = null)
    {
        var parser = new HtmlParser();
        var empty = parser.ParseDocument("<body></body>");
        var letter = empty.CreateElement("td");
        letter.Append([.. parser.ParseFragment(body, letter)]);
        CleanHtml.Run(letter);

        var page = Layout(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["subject"] = subject,
            ["preheader"] = preheader,
            ["spaces"] = Spaces,
            ["logo"] = brand.Logo,
            ["company"] = brand.Company,
            ["address"] = brand.Address,
            ["to_customer"] = frame.ToCustomer,
            ["customer"] = frame.Customer,
            ["preferences"] = frame.Preferences ?? "",
            ["unsubscribe"] = frame.Unsubscribe ?? "",
            ["body"] = letter.InnerHtml,
        });
        var document = parser.ParseDocument(page);
        var styles = Sheets.GetOrAdd(brand.Colour, colour => new InlineStyles(Colours(colour)));
        styles.Run(document);
        var sheet = document.CreateElement("style");
        sheet.TextContent = styles.Head(scheme);
        document.Head!.Append(sheet);
        return (document.ToHtml(AngleSharp.Html.HtmlMarkupFormatter.Instance) + "\n", PlainText.Of(letter) + Footer(brand, frame));
    }

    private static string Colours(string brand)
    {
        var chosen = Colour.Parse(brand) ?? BrandSettings.Usual.Parsed;
        return Css.Replace("var(--brand)", chosen.ToString(), StringComparison.Ordinal)
            .Replace("var(--on-brand)", chosen.Over().ToString(), StringComparison.Ordinal)
            .Replace("var(--accent)", chosen.ReadableOn(Colour.White).ToString(), StringComparison.Ordinal)
            .Replace("var(--accent-dark)", chosen.ReadableOn(Colour.DarkSheet).ToString(), StringComparison.Ordinal)
            .Replace("var(--bar-dark)", chosen.ReadableOn(Colour.DarkSheet, 3).ToString(), StringComparison.Ordinal);
    }

    /// <summary>What stands below a letter, as plain text.</summary>
    public static string Footer(BrandSettings brand, Frame frame)
    {
        string?[] lines = [frame.Preferences is { Length: > 0 } ? $"Choose what you get: {frame.Preferences}" : null, frame.Unsubscribe is { Length: > 0 } ? $"Unsubscribe: {frame.Unsubscribe}" : null, brand.Address.Length > 0 ? $"{brand.Company}, {brand.Address}" : brand.Company];
        return "\n--\n" + string.Join('\n', lines.Where(line => line is not null)) + "\n";
    }
}
