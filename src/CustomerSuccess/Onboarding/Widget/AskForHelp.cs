using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow;
using CustomerSuccess.Platform.Kit;
using Dapper;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>
/// Get help: a support request of the customer, as every other one is counted, and news to who looks after them (it causes the help notice).
/// A second click, a request sent again and the same words a moment later are the same request.
/// </summary>
public static class AskForHelp
{
    /// <summary>So many within an hour; what is urgent was said by then.</summary>
    public const int Most = 5;

    private static readonly TimeSpan Same = TimeSpan.FromMinutes(2), Window = TimeSpan.FromHours(1);

    /// <param name="Id">Made by the browser for each request, so that one sent again counts once: 8 to 64 letters, digits and -.</param>
    /// <param name="Text">The customer's words, at most 2,000 characters.</param>
    /// <param name="Task">What it is about, where it was asked beside a task.</param>
    public sealed record Request([property: Required, RegularExpression("^[A-Za-z0-9-]{8,64}$")] string Id, [property: StringLength(2000)] string? Text = null, [property: StringLength(60)] string? Task = null);

    public sealed record Answer(bool Asked);

    private const string Lately = """
        select id, occurred_at, properties ->> 'message' as message, properties ->> 'topic' as topic from events
        where type = 'support_request' and source = 'widget' and received_at >= @since and subject = @customer order by received_at
        """;

    private sealed record Earlier(string Id, DateTime OccurredAt, string? Message, string? Topic);

    public static async Task<IResult> Handle([FromBody] Request request, string? lang, HttpContext http, OpenWidget open, Deeds deeds, CancellationToken ct)
    {
        var (who, refused) = await open.Run(http, acts: true, ct);
        if (who is null) return refused!;
        if (who.Preview) return Conflicts.With(WidgetTexts.For(lang).Say("refused_preview"));
        if (request.Text?.Contains('\0', StringComparison.Ordinal) == true) return EventAnswers.Invalid([new Fault("text", "holds a NUL character, which cannot be stored")]);
        await using var deed = await deeds.Begin(who.Actor, "widget", ct);
        await deed.Lock(who.Customer);
        if (await ReadWorkflow.One(deed.Connection, deed.Transaction, who.Customer, ct) is not { } workflow) return OpenWidget.NotRight(http);
        var task = workflow.Definition.Tasks.FirstOrDefault(each => request.Task is { } id && each.Is(id));
        var blocker = workflow.Onboarding.BlockerType;
        var (id, message) = ("help:" + request.Id, (request.Text ?? "").ReplaceLineEndings("\n").Trim());
        var topic = task?.Title ?? (blocker.Length > 0 ? Words.Plain(blocker) : "Help");
        var earlier = (await deed.Connection.QueryAsync<Earlier>(new CommandDefinition(Lately, new { customer = who.Customer, since = deed.Now - Window }, deed.Transaction, cancellationToken: ct))).AsList();
        if (earlier.Any(one => one.Id == id || one.OccurredAt > deed.Now - Same && (one.Message ?? "") == message && one.Topic == topic)) return TypedResults.Ok(new Answer(true));
        if (earlier.Count >= Most)
        {
            var wait = (int)Math.Ceiling((earlier[^Most].OccurredAt + Window - deed.Now).TotalSeconds);
            return OpenWidget.Later(http, Math.Clamp(wait, 1, (int)Window.TotalSeconds), WidgetTexts.For(lang).Say("refused_help"));
        }

        await deed.Write(EventTypes.SupportRequest, who.Customer, new { topic, message, task = task?.Id, blocker_type = blocker.Length > 0 ? blocker : null, asked_by = who.Person.Length > 0 ? who.Person : null, through = "widget" }, id);
        await deed.Commit();
        return TypedResults.Ok(new Answer(true));
    }
}
