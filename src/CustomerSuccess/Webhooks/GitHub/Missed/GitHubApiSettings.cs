using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Webhooks.GitHub.Missed;

/// <summary>How to ask GitHub what it delivered: as the App itself, or with a token for the hook of a repository or an organization.</summary>
public sealed record GitHubApiSettings
{
    /// <summary>CS_GITHUB_API: another one for GitHub Enterprise.</summary>
    public Uri Api { get; init; } = new("https://api.github.com/");

    /// <summary>CS_GITHUB_APP_ID and CS_GITHUB_APP_KEY: the App's number and its private key (PEM).</summary>
    public string AppId { get; init; } = "";

    public string AppKey { get; init; } = "";

    /// <summary>CS_GITHUB_TOKEN and CS_GITHUB_HOOK: repos/OWNER/NAME/hooks/ID or orgs/NAME/hooks/ID.</summary>
    public string Token { get; init; } = "";

    public string Hook { get; init; } = "";

    /// <summary>Whether there is somebody to ask as.</summary>
    public bool Set => AppId.Length > 0 || Token.Length > 0;

    /// <summary>Where the deliveries are listed, without a slash at the end.</summary>
    public string Deliveries => AppId.Length > 0 ? "app/hook/deliveries" : Hook + "/deliveries";

    public static GitHubApiSettings Read(IConfiguration source)
    {
        var settings = new GitHubApiSettings
        {
            Api = Address((source["CS_GITHUB_API"] ?? "").Trim()),
            AppId = (source["CS_GITHUB_APP_ID"] ?? "").Trim(),
            // One line with \n is how a PEM survives in an environment variable.
            AppKey = (Settings.Value(source, "CS_GITHUB_APP_KEY") ?? "").Replace("\\n", "\n", StringComparison.Ordinal).Trim(),
            Token = (Settings.Value(source, "CS_GITHUB_TOKEN") ?? "").Trim(),
            Hook = (source["CS_GITHUB_HOOK"] ?? "").Trim().Trim('/'),
        };
        if (settings.AppId.Length > 0 != settings.AppKey.Length > 0)
            throw new Trouble("CS_GITHUB_APP_ID and CS_GITHUB_APP_KEY belong together.", "Set both (or CS_GITHUB_APP_KEY_FILE), as the settings page of your GitHub App shows them, or neither.");
        if (settings.Token.Length > 0 != settings.Hook.Length > 0)
            throw new Trouble("CS_GITHUB_TOKEN and CS_GITHUB_HOOK belong together.", "For example CS_GITHUB_HOOK=repos/acme/api/hooks/12345678 and a token that may read that hook, or neither.");
        if (settings.Hook.Length > 0 && !(settings.Hook.Split('/') is ["repos", _, _, "hooks", _] or ["orgs", _, "hooks", _] && long.TryParse(settings.Hook.Split('/')[^1], out _)
            && settings.Hook.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '-' or '_' or '.')))
            throw new Trouble($"CS_GITHUB_HOOK is '{settings.Hook}', which names no hook.", "Write repos/OWNER/NAME/hooks/ID or orgs/NAME/hooks/ID.");
        if (settings.AppKey.Length > 0) Key(settings.AppKey).Dispose();
        return settings;
    }

    /// <summary>What goes into Authorization.</summary>
    public string Bearer(DateTimeOffset now) => AppId.Length > 0 ? Jwt(AppId, AppKey, now) : Token;

    /// <summary>
    /// The App's word for who it is: RS256, good for nine minutes, begun a minute ago because clocks differ
    /// (docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App").
    /// </summary>
    public static string Jwt(string appId, string pem, DateTimeOffset now)
    {
        var at = now.ToUnixTimeSeconds();
        var text = $"{Part(new { alg = "RS256", typ = "JWT" })}.{Part(new { iat = at - 60, exp = at + 540, iss = appId })}";
        using var key = Key(pem);
        return $"{text}.{System.Buffers.Text.Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";

        static string Part(object json) => System.Buffers.Text.Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
    }

    private static RSA Key(string pem)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize < 2048) throw new CryptographicException("it has fewer than 2,048 bits");
            return key;
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new Trouble($"CS_GITHUB_APP_KEY holds no private key: {error.Message}", "Download one on the settings page of your GitHub App and name the file: CS_GITHUB_APP_KEY_FILE=/run/secrets/github.pem", error);
        }
    }

    private static Uri Address(string text) =>
        text.Length == 0 ? new GitHubApiSettings().Api
        : Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.Query.Length == 0 ? uri
        : throw new Trouble($"CS_GITHUB_API is '{text}', which is no address.", "For example CS_GITHUB_API=https://github.example.com/api/v3");
}
