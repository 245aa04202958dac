namespace CustomerSuccess.Customers.Identities;

/// <summary>
/// Ids that name nobody: what programs send when they have no id, and what stands for everyone. Never linked, whatever their case.
/// Admins add more of their own (table blocked_ids), and what gathers too much is added by itself.
/// </summary>
public static class BlockedIds
{
    public static IReadOnlySet<string> BuiltIn { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "", "null", "undefined", "none", "nil", "nan", "void", "n/a", "na", "-", "--", "[object object]", "object", "{}", "[]", "\"\"", "''",
        "0", "-1", "true", "false", "anonymous", "anon", "anonymous_user", "guest", "visitor", "user", "unknown", "unidentified", "not_authenticated",
        "notauthenticated", "logged_out", "id", "uid", "uuid", "userid", "user_id", "distinct_id", "distinctid", "anonymous_id", "anonymousid", "email", "test", "default", "example",
        "your_user_id", "user@example.com", "test@example.com", "example@example.com", "email@example.com",
    };

    /// <summary>Whether this id (without its kind in front) names nobody. <paramref name="more"/>: in small letters, of this installation.</summary>
    public static bool Has(string id, IReadOnlySet<string> more)
    {
        var plain = Plain(id);
        return BuiltIn.Contains(plain) || more.Contains(plain) || more.Contains(id.Trim().ToLowerInvariant())
            || plain.All(letter => letter is '0' or '-' or '_' or ' ' or '.') || plain.StartsWith("{{", StringComparison.Ordinal) || plain.StartsWith("${", StringComparison.Ordinal);
    }

    /// <summary>As what an identity may stand in the table: itself, and its bare id, which means every kind and case.</summary>
    public static IEnumerable<string> Names(string identity) => [identity, Plain(Identity.Id(identity)), Identity.Id(identity).Trim().ToLowerInvariant()];

    private static string Plain(string id) => id.Trim().Trim('"', '\'').ToLowerInvariant();
}
