using System.CommandLine;
using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>./cs widget: tokens, and the secret they are signed with.</summary>
public static class WidgetCommands
{
    public static Command Make(CliHost host) => new("widget", "The customer's checklist on your own pages: tokens, and the secret they are signed with") { Token(host), Secret(host) };

    private static Command Token(CliHost host)
    {
        var customer = new Argument<string>("CUSTOMER");
        var person = new Option<string>("--person") { Description = "Who looks at it, as your product calls them", DefaultValueFactory = _ => "" };
        var hours = new Option<int>("--hours") { Description = "How long it is good for, 1 to 24", DefaultValueFactory = _ => 1 };
        var token = new Command("token", "Make a token for data-token") { customer, person, hours };
        token.SetAction(async (parsed, ct) =>
        {
            var (id, many) = (parsed.GetValue(customer)!, parsed.GetValue(hours));
            if (many is < 1 or > WidgetTokens.MostHours) throw new Trouble($"--hours is {many}.", $"A token is good for 1 to {WidgetTokens.MostHours} hours.");
            var mint = (await host.Services(ct)).GetRequiredService<MintToken>();
            if (!await mint.Exists(id, ct)) throw new Trouble($"There is no customer '{id}', or it is archived.", "./cs onboarding-report lists them.");
            var made = await mint.Run(id, parsed.GetValue(person)!, TimeSpan.FromHours(many), preview: false, ct) ?? throw new Trouble("The widget has no secret yet.", "./cs widget secret makes one.");
            host.Print(parsed, made, one => one.Token);
            return 0;
        });
        return token;
    }

    private static Command Secret(CliHost host)
    {
        var secret = new Command("secret", "Make a new secret and print it, this once; the one before works for another week");
        secret.SetAction(async (parsed, ct) =>
        {
            var made = await (await host.Services(ct)).GetRequiredService<ChangeWidget>().NewSecret(new("cli", "cli"), ct);
            host.Print(parsed, new { secret = made }, one => $"{one.secret}{Environment.NewLine}Keep it now: it is not shown again.");
            return 0;
        });
        return secret;
    }
}
