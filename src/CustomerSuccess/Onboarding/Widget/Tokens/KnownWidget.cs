using System.Collections.Frozen;
using System.Text;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Onboarding.Widget.Tokens;

/// <summary>What is set about the widget, known for five seconds: a flood of forged tokens asks the database nothing. Another process hears of a change within that.</summary>
public sealed class KnownWidget(NpgsqlDataSource db, Settings settings, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim asking = new(1);

    private volatile Known? known;

    private sealed record Known(WidgetSettings Set, IReadOnlyList<(KeptSecret Kept, string Secret, byte[] Key)> Secrets, FrozenSet<string> Origins, long At);

    /// <summary>Who presents this token; null where it is not right, whatever the reason.</summary>
    public async ValueTask<WidgetToken?> Find(string token, CancellationToken ct)
    {
        if (token.Length is 0 or > WidgetTokens.Longest) return null;
        var now = clock.Now();
        return WidgetTokens.Read(token, [.. (await Now(ct)).Secrets.Where(secret => secret.Kept.Works(now)).Select(secret => secret.Key)], now);
    }

    /// <summary>Whether pages of this origin may show it.</summary>
    public async ValueTask<bool> Allows(string origin, CancellationToken ct) => (await Now(ct)).Origins.Contains(origin);

    public async ValueTask<WidgetSettings> Settings(CancellationToken ct) => (await Now(ct)).Set;

    /// <summary>The secret with which the product itself signs; null while none was made.</summary>
    public async ValueTask<string?> Secret(CancellationToken ct) => (await Now(ct)).Secrets is [var newest, ..] ? newest.Secret : null;

    public void Forget() => known = null;

    private async ValueTask<Known> Now(CancellationToken ct)
    {
        if (known is { } have && clock.GetElapsedTime(have.At) < Fresh) return have;
        await asking.WaitAsync(ct);
        try
        {
            if (known is { } read && clock.GetElapsedTime(read.At) < Fresh) return read;
            var began = clock.GetTimestamp();
            await using var connection = await db.OpenConnectionAsync(ct);
            var set = await WidgetSettings.Read(connection, null, ct);
            var secrets = set.Secrets.Select(kept => (kept, WidgetSettings.Open(settings, kept))).Select(one => (one.kept, one.Item2, Encoding.UTF8.GetBytes(one.Item2))).ToList();
            return known = new(set, secrets, set.Origins.ToFrozenSet(StringComparer.OrdinalIgnoreCase), began);
        }
        finally
        {
            asking.Release();
        }
    }
}
