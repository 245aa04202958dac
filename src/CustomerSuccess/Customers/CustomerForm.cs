using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerSuccess.Customers;

/// <summary>The page's form as the JSON the API takes, so that both go through the same checks.</summary>
public static class CustomerForm
{
    public static JsonElement Json(IFormCollection form)
    {
        var fields = new JsonObject();
        foreach (var (name, values) in form)
        {
            var text = values.ToString().Trim();
            if (name == "id" && text.Length > 0) fields[name] = text;
            if (!CustomerFields.Names.Contains(name, StringComparer.Ordinal)) continue;
            fields[name] = name switch
            {
                "team_size" or "mrr" => text.Length == 0 ? null
                    : decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : text,
                // A box that is not ticked is not sent; the hidden field before it is.
                "is_test" => values[^1] == "true",
                _ => text,
            };
        }

        return JsonSerializer.SerializeToElement(fields);
    }
}
