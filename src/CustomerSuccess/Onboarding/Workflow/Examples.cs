using System.Text.Json.Nodes;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>What is sent and answered, as the API document shows it: from examples.json, by "method path".</summary>
public static class Examples
{
    private static readonly JsonObject All = JsonNode.Parse(Sql.Read("Onboarding/Workflow/examples.json"))!.AsObject();

    public static RouteHandlerBuilder Example(this RouteHandlerBuilder route, string name)
    {
        var example = All[name] ?? throw new InvalidOperationException($"examples.json has no '{name}'.");
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
