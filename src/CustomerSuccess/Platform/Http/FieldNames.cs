using System.Text.Json;

namespace CustomerSuccess.Platform.Http;

/// <summary>Validation speaks of our properties (Items[0].MessageId); the sender knows them as it sent them (items[0].message_id).</summary>
public static class FieldNames
{
    public static IDictionary<string, string[]> AsSent(IDictionary<string, string[]> errors) =>
        errors.GroupBy(error => AsSent(error.Key), StringComparer.Ordinal).ToDictionary(
            field => field.Key,
            field => field.SelectMany(error => error.Value.Select(text => Retold(text, error.Key))).ToArray(),
            StringComparer.Ordinal);

    private static string AsSent(string path) => string.Join('.', path.Split('.').Select(part =>
    {
        var name = part.Split('[')[0];
        return JsonNamingPolicy.SnakeCaseLower.ConvertName(name) + part[name.Length..];
    }));

    private static string Retold(string text, string path)
    {
        var name = path.Split('.')[^1].Split('[')[0];
        return name.Length == 0 ? text : text.Replace(name, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), StringComparison.Ordinal);
    }
}
