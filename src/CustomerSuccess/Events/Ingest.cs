namespace CustomerSuccess.Events;

/// <summary>The door for events from outside: one writer a process, one transaction for whatever is waiting, answers after COMMIT.</summary>
public sealed class Ingest
{
    public Task<IReadOnlyList<Receipt>> Accept(IReadOnlyList<Envelope> events, CancellationToken ct) =>
        throw new NotSupportedException();
}
