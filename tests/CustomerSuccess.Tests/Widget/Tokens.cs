using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Onboarding.Widget.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Widget;

/// <summary>A company's server: it has the secret and signs by itself what it likes, right or wrong.</summary>
internal static class Tokens
{
    public static readonly ChangeWidget.Author Staff = new("user:alice@example.com", "user:1");

    public static Task<string> Secret(this House house) => house.Services.GetRequiredService<ChangeWidget>().NewSecret(Staff, default);

    /// <summary>With the claims of a good one; others replace them, null leaves one out.</summary>
    public static string Sign(this House house, string secret, string customer, params (string Name, object? Value)[] claims)
    {
        var all = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sub"] = customer, ["aud"] = "customer-success-widget", ["exp"] = house.Clock.GetUtcNow().ToUnixTimeSeconds() + 3600 };
        foreach (var (name, value) in claims) all[name] = value;
        return Raw(secret, """{"alg":"HS256","typ":"JWT"}""", JsonSerializer.Serialize(all.Where(claim => claim.Value is not null).ToDictionary()));
    }

    public static string Raw(string secret, string header, string payload)
    {
        var signed = Part(Encoding.UTF8.GetBytes(header)) + "." + Part(Encoding.UTF8.GetBytes(payload));
        return signed + "." + Part(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)));
    }

    public static string Part(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
