using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerSuccess.Tests.Web;

/// <summary>docs/api is what the product says of itself. CS_WRITE_DOCS=1 ./test ApiDocumentTests writes it anew.</summary>
public sealed class ApiDocumentTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task The_reference_in_docs_is_the_one_the_product_serves()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Add("x-api-key", await house.Key("read"));
        using var answer = await house.Http.SendAsync(request);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        var document = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        var json = document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
        var folder = Path.Combine(Repository.Root, "docs", "api");
        if (Environment.GetEnvironmentVariable("CS_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "openapi.json"), json);
            await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), Page(document));
        }

        const string Fix = "the API changed: CS_WRITE_DOCS=1 ./test ApiDocumentTests";
        (await File.ReadAllTextAsync(Path.Combine(folder, "openapi.json"))).ShouldBe(json, Fix);
        (await File.ReadAllTextAsync(Path.Combine(folder, "README.md"))).ShouldBe(Page(document), Fix);
    }

    [Fact]
    public async Task Every_call_says_what_it_does()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Add("x-api-key", await house.Key("read"));
        using var answer = await house.Http.SendAsync(request);
        var document = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Calls(document).Where(call => call.Summary.Length == 0).Select(call => $"{call.Method} {call.Path}").ShouldBeEmpty();
    }

    private static string Page(JsonNode document)
    {
        var page = new StringBuilder("# HTTP API\n\n")
            .Append(document["info"]!["description"]!.GetValue<string>())
            .Append("\n\nGenerated from the product (`openapi.json` beside this file has every shape; a running server serves it at `/openapi/v1.json`).\n\n")
            .Append("| call | what it does | answers |\n| --- | --- | --- |\n");
        foreach (var (method, path, summary, answers) in Calls(document))
            page.Append($"| `{method} {path}` | {summary} | {answers} |\n");
        return page.ToString();
    }

    private static IEnumerable<(string Method, string Path, string Summary, string Answers)> Calls(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        orderby path.Key
        from call in path.Value!.AsObject()
        select (call.Key.ToUpperInvariant(), path.Key, (call.Value!["summary"]?.GetValue<string>() ?? "").ReplaceLineEndings(" "),
            string.Join(", ", call.Value["responses"]!.AsObject().Select(one => one.Key)));
}
