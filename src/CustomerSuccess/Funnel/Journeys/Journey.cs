using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Events.Visits;

namespace CustomerSuccess.Funnel.Journeys;

/// <summary>One visit that counts as a touch: when, where, from where, and the channel that makes.</summary>
public sealed record Touch(
    DateTime At, string? Url, string? Referrer, string? UtmSource, string? UtmMedium, string? UtmCampaign, string? UtmTerm, string? UtmContent, string Channel)
{
    public static Touch? Read(DateTime? at, string? json, string? origin)
    {
        if (at is not { } when || json is null) return null;
        using var read = JsonDocument.Parse(json);
        string? Text(string name) => read.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        return new Touch(when, Text("url"), Text("referrer"), Text("utm_source"), Text("utm_medium"), Text("utm_campaign"), Text("utm_term"), Text("utm_content"), Origin.Channel(origin ?? ""));
    }
}

/// <summary>Where a visit came from, as it is stored for counting: visit_origin in the schema makes it.</summary>
public static class Origin
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <summary>One of <see cref="Channel.All"/>.</summary>
    public static string Channel(string origin)
    {
        if (Known.Count > 10_000) Known.Clear();
        return Known.GetOrAdd(origin, static text => Classify(text));
    }

    /// <summary>The referrer's class and name of an origin.</summary>
    public static Referral Referral(string origin) =>
        Parts(origin) is var parts && parts[2].Length > 0 && ReferrerClass.Named(parts[2]) is { } named ? named : ReferrerClass.Of(Address(parts[0]), Address(parts[1]));

    private static string Classify(string origin)
    {
        var parts = Parts(origin);
        return Events.Visits.Channel.Of(new Visit(Address(parts[1]), Address(parts[0]), Filled(parts[2]), Filled(parts[3]), Filled(parts[4])), parts[5].Length > 0 ? [parts[5]] : null);
    }

    private static string[] Parts(string origin) => [.. origin.Split('|'), "", "", "", "", "", ""];

    private static string? Address(string host) => host.Length == 0 ? null : "https://" + host;

    private static string? Filled(string text) => text.Length == 0 ? null : text;
}

/// <summary>How far a customer has come. Seconds between two stages are null until both are reached, and negative where they came the other way round.</summary>
public sealed record Journey(
    string CustomerId, string Organization, DateTime? FirstVisitAt, DateTime? SignupAt, DateTime? ApiKeyCreatedAt, DateTime? ActivatedAt, DateTime? RetainedAt,
    long? SecondsVisitToSignup, long? SecondsSignupToApiKey, long? SecondsApiKeyToActivation, long? SecondsActivationToRetention,
    Touch? FirstTouch, Touch? LastTouch)
{
    /// <summary>As the query reads it.</summary>
    public sealed record Row(
        string CustomerId, string Organization, DateTime? FirstAt, DateTime? SignupAt, DateTime? KeyAt, DateTime? ActivatedAt, DateTime? RetainedAt,
        string? FirstTouch, string? FirstOrigin, DateTime? LastAt, string? LastTouch, string? LastOrigin, DateTime? SortKey)
    {
        public Journey Shown() => new(
            CustomerId, Organization, FirstAt, SignupAt, KeyAt, ActivatedAt, RetainedAt,
            Seconds(FirstAt, SignupAt), Seconds(SignupAt, KeyAt), Seconds(KeyAt, ActivatedAt), Seconds(ActivatedAt, RetainedAt),
            Touch.Read(FirstAt, FirstTouch, FirstOrigin), Touch.Read(LastAt, LastTouch, LastOrigin));

        private static long? Seconds(DateTime? from, DateTime? to) => from is { } one && to is { } other ? (long)Math.Floor((other - one).TotalSeconds) : null;
    }

    public const string Columns = """
        j.customer_id, c.organization, j.first_at, j.signup_at, j.key_at, j.activated_at, j.retained_at, j.first_touch::text, j.first_origin, j.last_at, j.last_touch::text, j.last_origin
        """;

    /// <summary>The journey of one customer, @id, as a <see cref="Row"/>.</summary>
    public const string OneQuery = $"select {Columns}, null::timestamptz as sort_key from journeys j join customers c on c.customer_id = j.customer_id where j.customer_id = @id";

    /// <summary>When a stage (visit, signup, api_key, activation, retention) was reached.</summary>
    public DateTime? At(int stage) => stage switch { 1 => FirstVisitAt, 2 => SignupAt, 3 => ApiKeyCreatedAt, 4 => ActivatedAt, _ => RetainedAt };

    /// <summary>The column of a stage, by its key.</summary>
    public static string? Column(string? stage) => stage switch
    {
        "visit" => "first_at",
        "signup" => "signup_at",
        "api_key" => "key_at",
        "activation" => "activated_at",
        "retention" => "retained_at",
        _ => null,
    };
}
