using System.Net;
using System.Text.RegularExpressions;

namespace CustomerSuccess.Bench;

/// <summary>Signed-in people with the dashboard open: each holds its stream of live changes and reads what comes.</summary>
internal sealed partial class Dashboards : IAsyncDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private readonly List<Task> readers = [];
    private int messages;
    private string? missing;

    public static async Task<Dashboards> Open(Product product, int count)
    {
        var all = new Dashboards();
        if (count == 0) return all;
        try
        {
            var http = await SignIn(product);
            for (var n = 0; n < count; n++)
            {
                var answer = await http.GetAsync("/live/dashboard", HttpCompletionOption.ResponseHeadersRead);
                answer.EnsureSuccessStatusCode();
                all.readers.Add(all.Read(await answer.Content.ReadAsStreamAsync()));
            }
        }
        catch (HttpRequestException error)
        {
            all.missing = error.Message;
        }

        return all;
    }

    /// <summary>A client with the cookie of a signed-in admin.</summary>
    public static async Task<HttpClient> SignIn(Product product)
    {
        var http = product.Client(new CookieContainer());
        var page = await http.GetStringAsync("/sign-in");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["__RequestVerificationToken"] = Token().Match(page).Groups["token"].Value,
            ["Email"] = Product.Email,
            ["Password"] = Product.Password,
            ["ReturnUrl"] = "/",
        });
        var answer = await http.PostAsync("/sign-in", form);
        return answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.SeeOther ? http : throw new HttpRequestException($"sign-in answered {(int)answer.StatusCode}");
    }

    public override string ToString() => missing ?? $"{readers.Count}, {messages}";

    public async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync();
        await Task.WhenAll(readers);
        leaving.Dispose();
    }

    private async Task Read(Stream stream)
    {
        using var reader = new StreamReader(stream);
        try
        {
            while (await reader.ReadLineAsync(leaving.Token) is { } line)
            {
                if (line.StartsWith("data:", StringComparison.Ordinal) && line.Length > 5) Interlocked.Increment(ref messages);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // Left, or the product was killed.
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]* value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Token();
}
