using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>The checklist as it stands now, for a browser in which streams do not work.</summary>
public static class ShowState
{
    /// <summary>State: what is shown. ExpiresIn: seconds for which the token is good, so that nobody's clock has to be right.</summary>
    public sealed record Answer(int ExpiresIn, WidgetState State);

    public static async Task<IResult> Handle(string? lang, HttpContext http, OpenWidget open, TimeProvider clock, CancellationToken ct)
    {
        var (who, refused) = await open.Run(http, acts: false, ct);
        if (who is null) return refused!;
        return await open.State(who.Customer, lang, ct) is { } state
            ? TypedResults.Ok(new Answer(Math.Max(0, (int)(who.ExpiresAt - clock.Now()).TotalSeconds), state)) : OpenWidget.NotRight(http);
    }
}
