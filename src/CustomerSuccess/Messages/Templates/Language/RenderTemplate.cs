using System.Collections.Concurrent;
using System.Globalization;
using CustomerSuccess.Messages.Templates.Design;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;

namespace CustomerSuccess.Messages.Templates.Language;

/// <summary>Fills a template that passed <see cref="CheckTemplate"/>. An unknown name is an error, never an empty place in a mail.</summary>
public static class RenderTemplate
{
    /// <summary>Characters a rendered text may have; more is a mistake in the template.</summary>
    public const int Longest = 400_000;

    private const int MostKept = 100;

    private static readonly IHandlebars Html = Make(escaped: true);
    private static readonly IHandlebars Text = Make(escaped: false);

    // Compiling takes about 10 ms, rendering a tenth of one. A draft that is looked at once drops out with the rest.
    private static readonly ConcurrentDictionary<(bool Escaped, string Source), HandlebarsTemplate<TextWriter, object, object>> Compiled = new();

    /// <summary>Values are escaped: text between tags or in a quoted attribute.</summary>
    public static string AsHtml(string source, IReadOnlyDictionary<string, object?> facts) => Run(Html, true, source, facts);

    /// <summary>Values as they are, for subjects and plain text.</summary>
    public static string AsText(string source, IReadOnlyDictionary<string, object?> facts) => Run(Text, false, source, facts);

    private static string Run(IHandlebars language, bool escaped, string source, IReadOnlyDictionary<string, object?> facts)
    {
        if (Compiled.Count > MostKept) Compiled.Clear();
        var template = Compiled.GetOrAdd((escaped, source), key =>
        {
            using var reader = new StringReader(key.Source);
            return language.Compile(reader);
        });
        using var writer = new Bounded();
        try
        {
            template(writer, facts, null!);
        }
        catch (Exception error) when (error is HandlebarsException or HandlebarsUndefinedBindingException)
        {
            throw new TemplateFailed(error.InnerException is TemplateFailed inner ? inner.Message : error.Message, error);
        }

        return writer.ToString();
    }

    private static IHandlebars Make(bool escaped)
    {
        var language = Handlebars.Create(new HandlebarsConfiguration { ThrowOnUnresolvedBindingExpression = true, NoEscape = !escaped, FormatProvider = CultureInfo.InvariantCulture });
        foreach (var partial in Partials.All) language.RegisterTemplate(partial.Name, escaped ? partial.Html : partial.Text);
        return language;
    }

    private sealed class Bounded() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void Write(char value)
        {
            Check(1);
            base.Write(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            Check(count);
            base.Write(buffer, index, count);
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        public override void Write(string? value)
        {
            Check(value?.Length ?? 0);
            base.Write(value);
        }

        private void Check(int more)
        {
            if (GetStringBuilder().Length + more > Longest) throw new TemplateFailed($"The text becomes longer than {Longest:#,0} characters.");
        }
    }
}

/// <summary>A template that cannot be rendered with these facts; the message says why.</summary>
public sealed class TemplateFailed(string message, Exception? inner = null) : Exception(message, inner);
