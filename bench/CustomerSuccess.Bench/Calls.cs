using System.Diagnostics;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Funnel.Calls;
using Microsoft.AspNetCore.Http;

namespace CustomerSuccess.Bench;

/// <summary>What noting calls adds to a request, in nanoseconds: the same pipeline with it and without, in turns, in this process.</summary>
internal static class Calls
{
    public static async Task<int> Run(Options options)
    {
        var rounds = options.Number("rounds", 15);
        var calls = options.Number("calls", 1_000_000);
        var (notes, full) = (new CallNotes(), new CallNotes(most: 1));
        notes.Settle("acme");
        full.Note(new CallNotes.Call("other", "k", 200, false, DateTime.UnixEpoch));
        var rows = new List<string[]>();
        foreach (var (name, kept, context) in new (string, CallNotes, HttpContext)[]
        {
            ("a customer's key, both first calls known", notes, Request("acme", 200)),
            ("a customer's key, the queue full", full, Request("north", 200)),
            ("a key of nobody's", notes, Request(null, 200)),
            ("refused, without a key", notes, Request(null, 401)),
            ("refused, with a key of a customer's", notes, Request("acme", 401, "cs_aaaaaaaaaaaa_" + new string('b', 43))),
        })
        {
            RequestDelegate plain = _ => Task.CompletedTask;
            var noted = NoteCalls.Around(plain, kept, TimeProvider.System);
            var added = new List<double>();
            // The first third only warms up.
            for (var round = 0; round < rounds * 3 / 2; round++)
            {
                var without = await Time(plain, context, calls);
                var with = await Time(noted, context, calls);
                if (round >= rounds / 2) added.Add(with - without);
            }

            added.Sort();
            rows.Add([name, Machine.N(added[added.Count / 2], "0.0"), Machine.N(added[0], "0.0"), Machine.N(added[^1], "0.0")]);
        }

        Machine.Print($"noting calls, {rounds} rounds of {calls:#,0}", ["request", "added ns, median", "least", "most"], rows, await Machine.Line(null));
        return 0;
    }

    private static async Task<double> Time(RequestDelegate pipeline, HttpContext context, int calls)
    {
        var began = Stopwatch.GetTimestamp();
        for (var n = 0; n < calls; n++) await pipeline(context);
        return Stopwatch.GetElapsedTime(began).TotalNanoseconds / calls;
    }

    private static DefaultHttpContext Request(string? customer, int status, string? key = null)
    {
        var identity = new ClaimsIdentity("key");
        identity.AddClaim(new Claim(ClaimTypes.Name, "key:bench"));
        identity.AddClaim(new Claim(Actors.KeyClaim, "bench"));
        if (customer is not null) identity.AddClaim(new Claim(Actors.CustomerClaim, customer));
        var context = new DefaultHttpContext { User = new ClaimsPrincipal(identity) };
        if (key is not null) context.Request.Headers["X-API-Key"] = key;
        context.Response.StatusCode = status;
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(), "bench"));
        return context;
    }
}
