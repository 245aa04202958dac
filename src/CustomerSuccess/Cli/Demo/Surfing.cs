using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Cli.Demo;

/// <summary>Who looks at the website of the demo: customers before they signed up and now and then later, strangers, and a few crawlers.</summary>
internal static class Surfing
{
    private const string Site = "https://rsolv.dev";

    // How people arrive: the weight, the referring page, the campaign, and where they land.
    private static readonly Way[] Ways =
    [
        new(26, null, null, null, null, ["/", "/pricing"]),
        new(22, "https://www.google.com/", null, null, null, ["/blog/fix-sql-injection", "/docs/quickstart", "/"]),
        new(10, "https://github.com/marketplace", null, null, null, ["/docs/github-action", "/"]),
        new(9, "https://news.ycombinator.com/", null, null, null, ["/blog/launch", "/blog/how-it-works"]),
        new(9, "https://chatgpt.com/", null, null, null, ["/docs/quickstart", "/blog/fix-sql-injection"]),
        new(6, "https://www.perplexity.ai/", null, null, null, ["/docs/github-action"]),
        new(6, "https://www.linkedin.com/", "linkedin", "social", "autumn", ["/"]),
        new(5, null, "newsletter", "email", "november", ["/blog/how-it-works", "/pricing"]),
        new(4, "https://www.google.com/", "google", "cpc", "brand", ["/pricing"]),
        new(3, "https://dev.to/", null, null, null, ["/blog/fix-sql-injection"]),
    ];

    private sealed record Way(int Weight, string? Referrer, string? Source, string? Medium, string? Campaign, string[] Lands);

    private static readonly string[] Pages = ["/", "/pricing", "/docs/quickstart", "/docs/github-action", "/blog/how-it-works", "/docs/permissions", "/changelog", "/about"];

    /// <summary>One to four visits in the two weeks before sign-up, and a look at the documentation after it.</summary>
    public static void Before(Company company, Told told, DateTime signup, int number)
    {
        var chance = new Random(7_000 + number);
        var visitor = string.Create(CultureInfo.InvariantCulture, $"d{number:000}");
        var way = Pick(chance);
        var times = 1 + chance.Next(4);
        for (var n = 0; n < times; n++)
        {
            // The last one ends in the sign-up.
            var at = n == times - 1 ? signup.AddMinutes(-4 - chance.Next(20)) : signup.AddDays(-(n == 0 ? chance.Next(8, 15) : chance.Next(1, 7))).AddMinutes(chance.Next(600));
            Visit(told.Customer, visitor, at, n == 0 || chance.Next(3) == 0 ? (n == 0 ? way : Pick(chance)) : Ways[0], chance, (e, k) => told.Events.Add(e with { Id = string.Create(CultureInfo.InvariantCulture, $"demo:{told.Customer}:visit:{n}:{k}") }), told.Now);
        }

        for (var n = 0; n < chance.Next(1, 5) && !company.IsTest; n++)
            Visit(told.Customer, visitor, signup.AddDays(1 + chance.Next(20)), Ways[0] with { Lands = ["/docs/permissions", "/docs/github-action"] }, chance, (e, k) => told.Events.Add(e with { Id = string.Create(CultureInfo.InvariantCulture, $"demo:{told.Customer}:later:{n}:{k}") }), told.Now);
    }

    /// <summary>Everybody else, day by day: more on weekdays, and more from month to month.</summary>
    public static IEnumerable<Envelope> Strangers(DateTime now, int days)
    {
        var chance = new Random(4_242);
        var all = new List<Envelope>();
        for (var ago = days; ago >= 0; ago--)
        {
            var day = now.Day().AddDays(-ago);
            var many = (int)((4 + 7.0 * (days - ago) / days + chance.Next(4)) * (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.45 : 1));
            for (var n = 0; n < many; n++)
            {
                // One in six has been here before.
                var visitor = string.Create(CultureInfo.InvariantCulture, $"s{(chance.Next(6) == 0 ? Math.Max(0, ago + 1 + chance.Next(12)) : ago):000}-{n % 12}");
                var at = day.Start().AddMinutes(5 + chance.Next(1_380));
                Visit(null, visitor, at, Pick(chance), chance, (e, k) => all.Add(e with { Id = string.Create(CultureInfo.InvariantCulture, $"demo:stranger:{ago}:{n}:{k}") }), now);
            }

            if (chance.Next(3) == 0)
            {
                var at = day.Start().AddMinutes(chance.Next(1_400));
                if (at <= now) all.Add(View(null, "crawler", at, Pages[chance.Next(Pages.Length)], null, Ways[0]) with { Id = string.Create(CultureInfo.InvariantCulture, $"demo:bot:{ago}"), Properties = """{"bot":true}""" });
            }
        }

        return all;
    }

    // The page somebody lands on, and some that follow from there.
    private static void Visit(
        string? customer, string visitor, DateTime at, Way way, Random chance, Action<Envelope, int> tell, DateTime now)
    {
        var page = way.Lands[chance.Next(way.Lands.Length)];
        var referrer = way.Referrer;
        var pages = 1 + chance.Next(3) * chance.Next(2);
        for (var n = 0; n < pages; n++)
        {
            if (at > now) return;
            tell(View(customer, visitor, at, page, referrer, n == 0 ? way : Ways[0]), n);
            (referrer, page, at) = (Site + page, Pages[chance.Next(Pages.Length)], at.AddSeconds(20 + chance.Next(200)));
        }
    }

    private static Envelope View(string? customer, string visitor, DateTime at, string page, string? referrer, Way way) => new()
    {
        Id = "",
        Source = "tracker",
        Type = EventTypes.PageView,
        CustomerId = customer,
        VisitorId = visitor,
        OccurredAt = Days.Micro(at),
        ReceivedAt = Days.Micro(at),
        Visit = new Visit(Site + page, referrer, way.Source, way.Medium, way.Campaign),
        History = true,
    };

    private static Way Pick(Random chance)
    {
        var at = chance.Next(Ways.Sum(way => way.Weight));
        return Ways.First(way => (at -= way.Weight) < 0);
    }
}
