using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CustomerSuccess.Tests.Events;

/// <summary>Sends every malformed case, alone and between good neighbours, and says what was not answered as promised.</summary>
public static class MalformedRun
{
    /// <summary>What went wrong, by case; the ids of the good neighbours, which must be stored.</summary>
    public sealed record Outcome(int Cases, IReadOnlyList<string> Wrong, IReadOnlyList<string> Neighbours);

    public static async Task<Outcome> Send(HttpClient http, string key, string customer)
    {
        var (wrong, neighbours, cases) = (new List<string>(), new List<string>(), MalformedCases.All(customer));
        foreach (var one in cases)
        {
            var (status, body) = await Post(http, key, one.Door, one.Json);
            if (status != one.Status) wrong.Add($"{one.Door}, {one.Name}: {status}, not {one.Status}: {Short(body)}");
            else if (one.Field.Length > 0 && !Names(body, one.Field)) wrong.Add($"{one.Door}, {one.Name}: '{one.Field}' is not named: {Short(body)}");
            if (one.Alone || one.Door != "/api/v1/events") continue;

            var (before, after) = ($"before-{neighbours.Count}", $"after-{neighbours.Count}");
            neighbours.AddRange([before, after]);
            var batch = Encoding.UTF8.GetBytes("[" + MalformedCases.Good(customer, before) + ",")
                .Concat(one.Json).Concat(Encoding.UTF8.GetBytes("," + MalformedCases.Good(customer, after) + "]")).ToArray();
            (status, body) = await Post(http, key, one.Door, batch);
            if (status != 202 || !RejectedBetween(body, one.Field)) wrong.Add($"{one.Name}, between neighbours: {status} {Short(body)}");
        }

        return new Outcome(cases.Count, wrong, neighbours);
    }

    private static async Task<(int Status, string Body)> Post(HttpClient http, string key, string door, byte[] json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, door) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("x-api-key", key);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            using var answer = await http.SendAsync(request, limit.Token);
            var text = await answer.Content.ReadAsStringAsync(limit.Token);
            return ((int)answer.StatusCode, text);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return (0, error.Message);
        }
    }

    private static string Short(string text) => text.Length > 400 ? text[..400] + "…" : text;

    private static bool Names(string body, string field)
    {
        try
        {
            var root = JsonDocument.Parse(body).RootElement;
            if (root.TryGetProperty("results", out var results)) root = results[0];
            return root.TryGetProperty("errors", out var errors) && errors.EnumerateObject().Any(one => one.Name == field);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool RejectedBetween(string body, string field)
    {
        try
        {
            var results = JsonDocument.Parse(body).RootElement.GetProperty("results");
            return results.GetArrayLength() == 3 && results[0].GetProperty("status").GetString() == "accepted" && results[2].GetProperty("status").GetString() == "accepted"
                && results[1].GetProperty("status").GetString() == "rejected" && results[1].GetProperty("errors").EnumerateObject().Any(one => one.Name == field);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
