using System.Security.Cryptography;

namespace CustomerSuccess.Platform;

/// <summary>
/// What an operator sets, by environment variables (or any other source of ASP.NET Core configuration) of these names.
/// Every name may carry the suffix _FILE and then holds the path of a file with the value. docs/operate/settings.md lists them.
/// </summary>
public sealed record Settings
{
    /// <summary>CS_URLS: where the web server listens, separated by semicolons.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:5080";

    /// <summary>CS_DATABASE: connection string of a PostgreSQL server; empty: a private one in <see cref="Data"/>.</summary>
    public string Database { get; init; } = "";

    /// <summary>CS_DATA: the folder of the private database and the generated secret.</summary>
    public string Data { get; init; } = "data";

    /// <summary>CS_ADMIN_EMAIL and CS_ADMIN_PASSWORD: make the first admin without the one-time token.</summary>
    public string AdminEmail { get; init; } = "";

    public string AdminPassword { get; init; } = "";

    /// <summary>CS_SECRET: encrypts keys and secrets at rest; at least 32 characters. Every copy of the product needs the same.</summary>
    public string Secret { get; init; } = "";

    public const int ShortestSecret = 32;

    /// <summary>CS_SLOW_QUERY: statements that take longer are logged, in milliseconds; 0: none.</summary>
    public TimeSpan SlowQuery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Read and check; a value out of range is refused here, at start, with the setting's name.</summary>
    public static Settings Read(IConfiguration source)
    {
        string Text(string name, string fallback) => (Value(source, name) ?? fallback).Trim();
        var defaults = new Settings();
        var settings = new Settings
        {
            Urls = Text("CS_URLS", defaults.Urls),
            Database = Text("CS_DATABASE", ""),
            Data = Path.GetFullPath(Text("CS_DATA", defaults.Data)),
            AdminEmail = Text("CS_ADMIN_EMAIL", ""),
            AdminPassword = Text("CS_ADMIN_PASSWORD", ""),
            Secret = Text("CS_SECRET", ""),
            SlowQuery = Milliseconds(Text("CS_SLOW_QUERY", ""), defaults.SlowQuery),
        };
        settings.Check();
        return settings;
    }

    /// <summary>The secret: as set, or with the private database one that is made at the first start and kept in a file only we can read.</summary>
    public string SecretOrGenerated()
    {
        if (Secret.Length > 0) return Secret;
        var file = Path.Combine(Data, "secret");
        try
        {
            if (!File.Exists(file)) MakeSecret(file);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another process was first.
        }

        var secret = File.ReadAllText(file).Trim();
        return secret.Length >= ShortestSecret
            ? secret
            : throw new Trouble($"{file} holds no usable secret.", $"Restore it from a backup. If it is lost: rm {file}; sessions end, and stored secrets must be entered again.");
    }

    // Written aside and moved, so that nobody reads half of it; moving never replaces what is there.
    private static void MakeSecret(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var aside = $"{file}.{Environment.ProcessId}-{Guid.CreateVersion7():N}";
        try
        {
            using (var made = new FileStream(aside, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                made.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n"));
                made.Flush(flushToDisk: true);
            }

            File.Move(aside, file, overwrite: false);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>One setting as written, or what stands in the file that NAME_FILE names.</summary>
    internal static string? Value(IConfiguration source, string name)
    {
        var value = source[name];
        if (source[name + "_FILE"] is not { Length: > 0 } file) return value;
        if (!string.IsNullOrEmpty(value)) throw new Trouble($"Both {name} and {name}_FILE are set.", "Set one of them.");
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new Trouble($"{name}_FILE names {file}, which cannot be read: {error.Message}", "Name a file this user can read.", error);
        }
    }

    private static TimeSpan Milliseconds(string text, TimeSpan fallback) => text.Length == 0 ? fallback
        : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 600_000 ? TimeSpan.FromMilliseconds(number)
        : throw new Trouble($"CS_SLOW_QUERY is '{text}'.", "Give milliseconds up to 600000; 500 is the default, 0 logs no slow queries.");

    private void Check()
    {
        foreach (var url in Urls.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var plain = url.Replace("*", "any", StringComparison.Ordinal).Replace("+", "any", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/")
            {
                throw new Trouble($"CS_URLS holds '{url}', which is no address to listen on.", "For example CS_URLS=http://127.0.0.1:5080");
            }
        }

        if (Secret.Length is > 0 and < ShortestSecret)
        {
            throw new Trouble($"CS_SECRET is too short: it needs at least {ShortestSecret} characters.", "Make one: CS_SECRET=$(openssl rand -hex 32)");
        }

        if (Database.Length > 0 && Secret.Length == 0)
        {
            throw new Trouble("CS_DATABASE is set, but neither CS_SECRET nor CS_SECRET_FILE.",
                "Make one once and keep it, the same for every copy: CS_SECRET=$(openssl rand -hex 32)");
        }

        if (AdminEmail.Length > 0 != AdminPassword.Length > 0)
        {
            throw new Trouble("CS_ADMIN_EMAIL and CS_ADMIN_PASSWORD belong together.", "Set both, or neither and use the one-time link that serve prints.");
        }

        if (AdminPassword.Length is > 0 and < 12)
        {
            throw new Trouble("CS_ADMIN_PASSWORD is too short.", "Use at least 12 characters.");
        }
    }
}
