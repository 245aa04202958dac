using System.Diagnostics;
using System.Globalization;
using CustomerSuccess.Messages.Log;
using CustomerSuccess.Tests.Messages;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>
/// The outbox against a provider of our own: kills while it sends (RELIABILITY 7), a long queue at the provider's limit, and what
/// the pages of the delivery log ask at 100,000 messages.
/// </summary>
internal static class Mails
{
    public static async Task<int> Run(Options options)
    {
        var failed = 0;
        foreach (var what in options.Text("what", "kills,drain,waits,plans").Split(','))
        {
            failed += what switch
            {
                "kills" => await Kills(options),
                "drain" => await Drain(options),
                "waits" => await Waits(options),
                "plans" => await Plans(options),
                _ => throw new ArgumentException($"there is no '{what}': kills, drain, waits or plans", nameof(options)),
            };
        }

        return failed == 0 ? 0 : 1;
    }

    private static async Task<int> Kills(Options options)
    {
        var (messages, kills) = (options.Number("messages", 5_000), options.Number("times", 20));
        await using var provider = await FakeProvider.Start(25_000 + Environment.ProcessId % 900);
        // It takes a moment, as providers do, so that a kill finds something on its way.
        provider.Thinks = TimeSpan.FromMilliseconds(20);
        return await With(provider, 1_000_000, options, async (product, connection) =>
        {
            await Queue(connection, messages);
            var began = Stopwatch.GetTimestamp();
            for (var kill = 1; kill <= kills; kill++)
            {
                var next = Math.Min(messages * kill / (kills + 1), messages - 100);
                for (var waited = 0; provider.Mails.Count < next && waited < 120_000; waited += 20) await Task.Delay(20);
                await product.KillApp();
            }

            var left = await Until(connection, TimeSpan.FromMinutes(5));
            var (sent, unknown) = (await Count(connection, "state = 'sent'"), await Count(connection, "state = 'unknown'"));
            var twice = provider.Mails.GroupBy(mail => mail.To).Count(same => same.Count() > 1);
            var arrived = provider.Mails.Select(mail => mail.To).ToHashSet(StringComparer.Ordinal);
            var known = await connection.QueryAsync<string>("select to_email from messages where state = 'sent'");
            var lost = known.Count(to => !arrived.Contains(to));
            Machine.Print($"{messages} messages, {kills} × kill -9 of the sending process", ["what", "figure"],
            [
                ["sent", Machine.N(sent)], ["unknown, listed", $"{Machine.N(unknown)} (at most {8 * kills}: lanes × kills)"], ["still under way", Machine.N(left)],
                ["taken by the provider twice", Machine.N(twice)], ["called sent and never taken", Machine.N(lost)], ["neither sent nor listed", Machine.N(messages - sent - unknown)],
                ["took", $"{Machine.N(Stopwatch.GetElapsedTime(began).TotalSeconds)} s"],
            ], await Machine.Line(product.ConnectionString));
            return twice == 0 && lost == 0 && sent + unknown == messages && unknown <= 8 * kills;
        });
    }

    private static async Task<int> Drain(Options options)
    {
        var (messages, rate) = (options.Number("messages", 10_000), options.Number("rate", 6_000));
        await using var provider = await FakeProvider.Start(25_000 + Environment.ProcessId % 900);
        return await With(provider, rate, options, async (product, connection) =>
        {
            await Queue(connection, messages);
            var began = Stopwatch.GetTimestamp();
            var memory = new List<double>();
            while (provider.Mails.Count < messages && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1 + 2.0 * messages / rate))
            {
                await Task.Delay(1000);
                memory.Add(product.Memory());
            }

            var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
            await Until(connection, TimeSpan.FromMinutes(1));
            var times = provider.Asked.Where(each => each.Path == "/v3/mail/send").Select(each => each.At).Order().ToArray();
            var (fullest, from) = (0, 0);
            for (var to = 0; to < times.Length; to++)
            {
                while (Stopwatch.GetElapsedTime(times[from], times[to]).TotalSeconds >= 60) from++;
                fullest = Math.Max(fullest, to - from + 1);
            }

            var half = memory.Count / 2;
            var (early, late) = (memory.Take(half).DefaultIfEmpty().Max(), memory.Skip(half).DefaultIfEmpty().Max());
            Machine.Print($"{messages} messages at {rate} a minute", ["what", "figure"],
            [
                ["took", $"{Machine.N(took)} s, {Machine.N(messages / took * 60)} a minute"], ["fullest minute", Machine.N(fullest)],
                ["sent", Machine.N(await Count(connection, "state = 'sent'"))], ["twice", Machine.N(provider.Mails.GroupBy(mail => mail.To).Count(same => same.Count() > 1))],
                ["most memory, first and second half", $"{Machine.N(early)} and {Machine.N(late)} MB"],
            ], await Machine.Line(product.ConnectionString));
            return provider.Mails.Count == messages && fullest <= rate && late < early * 1.25;
        });
    }

    // A provider that says for how long it wants to be left alone; with and without saying so.
    private static async Task<int> Waits(Options options)
    {
        await using var provider = await FakeProvider.Start(25_000 + Environment.ProcessId % 900);
        var seconds = options.Number("retry-after", 5);
        long said = 0, again = 0;
        provider.Says = (path, _) =>
        {
            if (path != "/v3/mail/send") return null;
            if (Interlocked.CompareExchange(ref said, Stopwatch.GetTimestamp(), 0) == 0) return new(429, RetryAfter: seconds.ToString(CultureInfo.InvariantCulture), Body: "Retry later");
            Interlocked.CompareExchange(ref again, Stopwatch.GetTimestamp(), 0);
            return null;
        };
        return await With(provider, 6_000, options, async (product, connection) =>
        {
            await Queue(connection, 1);
            await Until(connection, TimeSpan.FromMinutes(1));
            var waited = Stopwatch.GetElapsedTime(said, again).TotalSeconds;
            Machine.Print("a provider that answers 429 once", ["what", "figure"],
                [["Retry-After", $"{seconds} s"], ["asked again after", $"{Machine.N(waited, "0.00")} s (at most 2 s later)"]], await Machine.Line(product.ConnectionString));
            return waited >= seconds && waited <= seconds + 2;
        });
    }

    private static async Task<int> Plans(Options options)
    {
        await using var provider = await FakeProvider.Start(25_000 + Environment.ProcessId % 900);
        return await With(provider, 600, options, async (product, connection) =>
        {
            await connection.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "mail_data.sql")), new { n = options.Number("messages", 100_000) });
            await connection.ExecuteAsync("vacuum analyze messages");
            await connection.ExecuteAsync("vacuum analyze message_steps");
            await using var db = NpgsqlDataSource.Create(product.ConnectionString);
            Platform.DapperSetup.Once();
            var deep = (await ListMessages.Run(db, new MessageFilter { Limit = 200 }, default)).Next;
            MessageFilter[] filters =
            [
                new(), new() { State = "unknown" }, new() { State = "sent", Channel = "smtp" }, new() { Kind = "weekly_summary" }, new() { Customer = "c77" }, new() { Channel = "kit" },
                new() { From = "2025-01-10", To = "2025-01-11" }, new() { After = deep }, new() { State = "failed", Kind = "welcome", From = "2025-01-01" }, new() { State = "dropped", Kind = "nothing" },
            ];
            var rows = new List<string[]>();
            var slowest = 0.0;
            foreach (var filter in filters)
            {
                var took = new List<double>();
                for (var n = 0; n < 45; n++)
                {
                    var began = Stopwatch.GetTimestamp();
                    await ListMessages.Run(db, filter, default);
                    await CountMessages.Run(connection, default);
                    took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                var p95 = took.Skip(5).Order().ElementAt(37);
                slowest = Math.Max(slowest, p95);
                var values = new DynamicParameters();
                var where = filter.Conditions(values);
                values.Add("limit", 51);
                var plan = string.Join('\n', await connection.QueryAsync<string>(
                    $"explain (analyze, costs off, timing off, summary off) select {LoggedMessage.Columns} from messages {(where.Count == 0 ? "" : "where " + string.Join(" and ", where))} order by created_at desc, message_id desc limit @limit", values));
                if (options.Has("show")) Console.WriteLine(filter.Url("/messages") + "\n" + plan + "\n");
                rows.Add([filter.Url("/messages"), $"{Machine.N(p95, "0.0")} ms", plan.Split('\n').Last(line => line.Contains("Scan", StringComparison.Ordinal)).Trim().Split('(')[0]]);
            }

            Machine.Print("The delivery log's list and counts, p95 of 40", ["list", "time", "by"], rows, await Machine.Line(product.ConnectionString));
            return slowest < options.Number("limit", 100);
        });
    }

    private static async Task<int> With(FakeProvider provider, int rate, Options options, Func<Product, NpgsqlConnection, Task<bool>> run)
    {
        await using var server = await OwnServer.Start();
        Product.Environment = new()
        {
            ["CS_DATABASE"] = server.ConnectionString,
            ["CS_SECRET"] = "bench-secret-of-32-characters-or-more",
            ["CS_ALLOW_PRIVATE_ADDRESSES"] = "127.0.0.1",
            ["CS_MAIL_FROM"] = "Bench <bench@example.com>",
            ["CS_PUBLIC_URL"] = "https://bench.example.com",
            ["CS_SENDGRID_API_KEY"] = "SG.bench",
            ["CS_SENDGRID_URL"] = provider.Url,
            ["CS_SENDGRID_RATE"] = rate.ToString(CultureInfo.InvariantCulture),
            ["CS_MESSAGES_LEASE"] = "10",
            ["CS_MESSAGES_TIMEOUT"] = "5",
        };
        try
        {
            await using var product = await Product.Open(options, server.ConnectionString);
            await using var connection = new NpgsqlConnection(server.ConnectionString);
            await connection.OpenAsync();
            return await run(product, connection) ? 0 : 1;
        }
        finally
        {
            Product.Environment = [];
        }
    }

    // At once, so that the worker finds a full queue: each to a customer of its own, so that no cap holds, and of a topic that has no quiet hours.
    private static Task Queue(NpgsqlConnection connection, int messages) => connection.ExecuteAsync(
        """
        insert into customers (customer_id, email, organization, signup_date) select 'c' || n, 'c' || n || '@x.example', 'Customer ' || n, '2025-05-01' from generate_series(1, @messages) n;
        insert into onboarding (customer_id) select 'c' || n from generate_series(1, @messages) n;
        insert into messages (customer_id, dedupe_key, kind, topic, to_email)
        select 'c' || n, 'first_pr:' || n, 'first_pr', 'onboarding', 'c' || n || '@x.example' from generate_series(1, @messages) n;
        """, new { messages });

    private static async Task<int> Until(NpgsqlConnection connection, TimeSpan atMost)
    {
        var began = Stopwatch.GetTimestamp();
        int left;
        while ((left = await Count(connection, "state in ('queued', 'sending')")) > 0 && Stopwatch.GetElapsedTime(began) < atMost) await Task.Delay(200);
        return left;
    }

    private static Task<int> Count(NpgsqlConnection connection, string where) => connection.ExecuteScalarAsync<int>($"select count(*)::int from messages where {where}");
}
