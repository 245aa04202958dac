using System.Collections.Concurrent;

namespace CustomerSuccess.Platform;

/// <summary>The .sql files beside the code, embedded under their path: <c>Sql.Read("Engagement/counts.sql")</c>.</summary>
public static class Sql
{
    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

    /// <summary>The text of one file; a wrong name is a programmer's error and throws at once.</summary>
    public static string Read(string name) => Texts.GetOrAdd(name, static file =>
    {
        using var stream = typeof(Sql).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"No embedded SQL file is called '{file}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });
}
