using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Design;
using CustomerSuccess.Messages.Templates.Language;

namespace CustomerSuccess.Messages.Templates;

/// <summary>A mail as it would be sent.</summary>
public sealed record Made(string Subject, string Preheader, string Html, string Text);

/// <summary>A template filled with a letter's facts, in the layout. Pure; throws <see cref="TemplateFailed"/>.</summary>
public static class MakeMail
{
    private const int LongestSubject = 200;

    /// <param name="template">Checked before.</param>
    /// <param name="letter">The facts, of the type that the kind names.</param>
    /// <param name="brand">The company.</param>
    /// <param name="frame">What stands below the letter.</param>
    /// <param name="scheme">light or dark, to look at it so; null in mails that are sent.</param>
    public static Made Run(TemplateText template, object letter, BrandSettings brand, Frame frame, string? scheme = null)
    {
        var facts = Tree.Of(letter);
        var subject = OneLine(RenderTemplate.AsText(template.Subject, facts));
        if (subject.Length == 0) throw new TemplateFailed("The subject is empty for this customer.");
        var preheader = OneLine(RenderTemplate.AsText(template.Preheader, facts));
        var (html, derived) = DressMail.Run(brand, frame with { Customer = Tree.Plain(frame.Customer) }, subject, preheader, RenderTemplate.AsHtml(template.Html, facts), scheme);
        var text = template.Text.Length == 0 ? derived : RenderTemplate.AsText(template.Text, facts).Trim() + "\n" + DressMail.Footer(brand, frame);
        return new(subject, preheader, html, text);
    }

    private static string OneLine(string text)
    {
        var line = string.Join(' ', MailAddress.Words(text, int.MaxValue).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestSubject ? line : MailAddress.Words(line, LongestSubject - 1) + "…";
    }
}
