using System.Text;
using CustomerSuccess.Events.Dialects;
using Dapper;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>What must not happen at any door for clients of other tools, whatever is sent there.</summary>
public sealed class DialectHostileTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task A_bad_message_is_refused_by_name_and_its_neighbours_are_stored()
    {
        var key = await Clients.WriteKey(house, "segment");
        var (wrong, cases) = (new List<string>(), 0);
        foreach (var door in DialectCases.Doors(key))
        {
            foreach (var (what, json) in door.Bad)
            {
                cases++;
                var id = $"bad-{cases}";
                var bad = json.Replace("@id", id, StringComparison.Ordinal);
                if (door.Batch is { } batch)
                {
                    var (status, text) = await Post(door.Path, batch($"{door.Good($"before-{cases}")},{bad},{door.Good($"after-{cases}")}"), key);
                    if (status != 200) wrong.Add($"{door}, {what}: {status} {text}");
                }
                else
                {
                    var (status, text) = await Post(door.Path, door.Alone(bad), key);
                    if (status != 400) wrong.Add($"{door}, {what}: {status} {text}");
                    (status, text) = await Post(door.Path, door.Alone(door.Good($"before-{cases}")), key);
                    if (status is not (200 or 202)) wrong.Add($"{door}, a good one: {status} {text}");
                }
            }
        }

        wrong.ShouldBeEmpty();
        cases.ShouldBeGreaterThan(200);
        await using var connection = await house.Db.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from events where type = 'bad'")).ShouldBe(0);
        var expected = DialectCases.Doors(key).Sum(door => door.Bad.Count * (door.Batch is null ? 1 : 2));
        (await connection.ExecuteScalarAsync<long>("select count(*) from events where type = 'good'")).ShouldBe(expected);
        // Whoever gave an id can ask why.
        (await Wait.For(() => house.Cli("explain", "bad-1"), explained => explained.Code == 0)).Out.ShouldContain("NUL");
    }

    [Fact]
    public async Task A_body_that_is_no_message_is_the_senders_mistake()
    {
        var key = await Clients.WriteKey(house, "posthog");
        var wrong = new List<string>();
        foreach (var door in DialectCases.Doors(key))
        {
            foreach (var (what, body) in DialectCases.Bodies())
            {
                var (status, text) = await Post(door.Path, body, key);
                if (status != 400) wrong.Add($"{door}, {what}: {status} {text}");
            }

            foreach (var odd in new[] { "null", "7", "\"text\"", "true", "{}", "[]", "[[]]", "[null]", "[7]", "{\"batch\":7}", "{\"batch\":[]}", "{\"batch\":[null]}", "{\"payload\":[]}" })
            {
                var (status, text) = await Post(door.Path, odd, key);
                if (status is not (200 or 202 or 400)) wrong.Add($"{door}, {odd}: {status} {text}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Too_much_is_413_on_the_wire_and_unpacked()
    {
        var key = await Clients.WriteKey(house, "segment");
        var bomb = PayloadTests.Gzip(new byte[64 * 1024 * 1024]);
        foreach (var door in DialectCases.Doors(key))
        {
            (await Post(door.Path, bomb, key)).Status.ShouldBe(413, door.Name);
            (await Post(door.Path, "[\"" + new string('x', 4 * 1024 * 1024) + "\"]", key)).Status.ShouldBe(413, door.Name);
        }

        var many = "{\"batch\":[" + string.Join(',', Enumerable.Repeat("{}", Reception.MostMessages + 1)) + "]}";
        (await Post("/v1/batch", many, key)).Status.ShouldBe(413);
    }

    [Fact]
    public async Task An_event_of_40_KB_and_a_batch_of_800_survive()
    {
        await using var other = await House.Open();
        var key = await Clients.WriteKey(other, "segment");
        string Event(string id, int size) => $$$"""{"type":"track","messageId":"{{{id}}}","userId":"u","event":"large","properties":{"text":"{{{new string('x', size)}}}"}}""";
        (await Post("/v1/track", Event("one", 40_000), key, other)).Status.ShouldBe(200);
        var batch = "{\"batch\":[" + string.Join(',', Enumerable.Range(0, 30).Select(n => Event($"many-{n}", 27_000))) + "]}";
        batch.Length.ShouldBeGreaterThan(800_000);
        (await Post("/v1/batch", batch, key, other)).Status.ShouldBe(200);
        (await Post("/v1/batch", PayloadTests.Gzip(Encoding.UTF8.GetBytes(batch)), key, other)).Status.ShouldBe(200);
        await using var connection = await other.Db.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from events where type = 'large'")).ShouldBe(31);
    }

    [Fact]
    public async Task Keys_that_do_not_work_are_401_and_those_that_may_not_send_403()
    {
        var (read, revoked) = (await house.Key("read"), await house.Cli("source", "add", "--name", "Gone", "--kind", "segment", "--json"));
        (await house.Cli("source", "revoke", revoked.Json.GetProperty("source_id").GetString()!)).Code.ShouldBe(0);
        foreach (var (key, status) in new[] { ("wk_aaaaaaaaaaaaaaaaaaaaaaaa", 401), ("", 401), ("cs_made-up", 401), ("phc_made_up", 401), (revoked.Json.GetProperty("write_key").GetString()!, 401), (read, 403) })
        {
            foreach (var door in DialectCases.Doors(key).Where(door => !door.Name.StartsWith("Plausible", StringComparison.Ordinal) && !door.Name.StartsWith("Umami", StringComparison.Ordinal)))
                // A secret key in an address is not looked at.
                (await Post(door.Path, door.Alone(door.Good("k")), door.Path.Contains('=') ? "" : key)).Status.ShouldBe(door.Path.Contains('=') ? 401 : status, $"{door} {key}");
        }
    }

    [Fact]
    public async Task A_site_that_is_blocked_is_refused()
    {
        await using var other = await House.Open();
        var (plausible, umami) = ("""{"n":"pageview","u":"https://shop.example/","d":"shop.example"}""", """{"type":"event","payload":{"website":"b1f0","url":"/"}}""");
        (await Post("/api/event", plausible, "", other)).Status.ShouldBe(202);
        (await Post("/api/send", umami, "", other)).Status.ShouldBe(200);
        foreach (var source in await CustomerSuccess.Events.Sources.ListSources.Run(other.Db, default))
        {
            (await other.Cli("source", "revoke", source.SourceId)).Code.ShouldBe(0);
            ((CustomerSuccess.Events.Sources.KnownSources)other.Services.GetService(typeof(CustomerSuccess.Events.Sources.KnownSources))!).Forget(source);
        }

        (await Post("/api/event", plausible, "", other)).Status.ShouldBe(403);
        (await Post("/api/send", umami, "", other)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task A_key_of_one_customer_tells_of_no_other()
    {
        await using var other = await House.Open();
        var made = await other.Cli("add-customer", Cast.Acme.Email, Cast.Acme.Organization, Cast.Acme.GitHub, Cast.Acme.Cohort, Cast.Acme.Industry, "12", "--json");
        made.Code.ShouldBe(0, made.Error);
        var key = (await other.Cli("key", "create", "--name", "Acme", "--scope", "ingest", "--customer", Cast.Acme.Id, "--json")).Json.GetProperty("key").GetString()!;
        (await Post("/v1/track", """{"userId":"u","event":"mine"}""", key, other)).Status.ShouldBe(200);
        (await Post("/v1/track", """{"userId":"u","event":"theirs","context":{"groupId":"c1002"}}""", key, other)).Status.ShouldBe(400);
        await using var connection = await other.Db.OpenConnectionAsync();
        (await connection.QuerySingleAsync<(string, string)>("select type, group_id from events where source = 'segment'")).ShouldBe(("mine", Cast.Acme.Id));
    }

    private Task<(int Status, string Text)> Post(string path, string body, string key, House? at = null) => Post(path, Encoding.UTF8.GetBytes(body), key, at);

    private async Task<(int Status, string Text)> Post(string path, byte[] body, string key, House? at = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (key.Length > 0) request.Headers.Add("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        using var answer = await (at ?? house).Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
