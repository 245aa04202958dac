using CustomerSuccess.Messages.Outbox;
using Npgsql;

namespace CustomerSuccess.Messages.Consent;

/// <summary>Whether a message may go out now.</summary>
public abstract record Judgement
{
    public sealed record Send : Judgement;

    /// <summary>Not now. Until is an instant of the product's clock.</summary>
    public sealed record Defer(DateTime Until, string Reason) : Judgement;

    /// <summary>Never: the recipient does not want it, or the address does not work.</summary>
    public sealed record Suppress(string Reason) : Judgement;

    /// <summary>Never: another one was more important (its id), or the cause is gone.</summary>
    public sealed record Drop(string Reason, string? Winner = null) : Judgement;
}

/// <summary>
/// Asked each time a message is about to go out, in the transaction that then commits it as being sent, and one at a time for
/// each address: what it reads about messages sent before is complete.
/// </summary>
public sealed class JudgeMessage
{
    public Task<Judgement> Run(NpgsqlConnection connection, NpgsqlTransaction transaction, Message message, DateTime now, CancellationToken ct) =>
        Task.FromResult<Judgement>(new Judgement.Send());
}
