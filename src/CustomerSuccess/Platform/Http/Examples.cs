using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace CustomerSuccess.Platform.Http;

/// <summary>What is sent and answered, as the API document shows it: from an embedded JSON file, by "method path".</summary>
public static class Examples
{
    private static readonly ConcurrentDictionary<string, JsonObject> Files = new(StringComparer.Ordinal);

    public static RouteHandlerBuilder Example(this RouteHandlerBuilder route, string file, string name)
    {
        var example = Files.GetOrAdd(file, static path => JsonNode.Parse(Sql.Read(path))!.AsObject())[name] ?? throw new InvalidOperationException($"{file} has no '{name}'.");
        return route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            foreach (var parameter in operation.Parameters?.OfType<Microsoft.OpenApi.OpenApiParameter>() ?? [])
            {
                if (example["query"]?[parameter.Name!] is { } value) parameter.Example = value.DeepClone();
            }

            if (example["body"] is { } body && operation.RequestBody?.Content?.TryGetValue("application/json", out var sent) == true) sent.Example = body.DeepClone();
            foreach (var (status, answer) in example["answers"]!.AsObject())
            {
                if (operation.Responses?.TryGetValue(status, out var response) != true) continue;
                foreach (var (_, content) in response!.Content ?? new Dictionary<string, Microsoft.OpenApi.OpenApiMediaType>(StringComparer.Ordinal)) content.Example = answer!.DeepClone();
            }

            return Task.CompletedTask;
        });
    }
}
