using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;

namespace CustomerSuccess.Messages.Channels;

/// <summary>In the place of the mail channels while none can be used, though one was set up before or is about to be: mails wait for it, and this is why.</summary>
public sealed record NoMailChannel(string Reason) : Channel(Waits, "No mail channel")
{
    public override Task<string?> Test(CancellationToken ct) => Task.FromResult<string?>(Reason);

    public override Task<Answer> Send(Composed mail, Message message, CancellationToken ct) => Task.FromResult<Answer>(new Answer.NotReached(Reason));
}
