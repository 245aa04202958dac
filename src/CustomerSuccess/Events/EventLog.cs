using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>Writes events and everything derived from them in the caller's transaction.</summary>
public sealed class EventLog
{
    public Task<IReadOnlyList<Receipt>> Write(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Envelope> events, CancellationToken ct) =>
        throw new NotSupportedException();
}
