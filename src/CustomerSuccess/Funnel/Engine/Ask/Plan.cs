using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Events.Visits;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>
/// How a funnel is answered: which reading of the log it needs, and what each label means to it. Types alone are in the reading that everyone
/// shares; filters, first touch and properties of the entry are worked out by the server into labels of their own ("5|google").
/// </summary>
internal sealed class Plan
{
    private const int MostValue = 60;

    // Written by the product itself: nobody did anything between two steps.
    private static readonly HashSet<string> Ours = [.. EventTypes.Reserved.Keys, "identity_linked", "identity_unlinked"];

    private readonly CheckedFunnel funnel;

    public Plan(CheckedFunnel funnel)
    {
        this.funnel = funnel;
        Touch = funnel.Breakdown?.StartsWith("first_touch.", StringComparison.Ordinal) == true ? funnel.Breakdown[12..] : null;
        Entry = funnel.Breakdown?.StartsWith("entry.", StringComparison.Ordinal) == true ? funnel.Breakdown[6..] : null;
        Reading = funnel.Steps.Concat(funnel.Exclude).Any(step => step.Path is not null || step.Property is not null) || Touch is not null || Entry is not null
            ? Labelled() : Reading.Everything;
    }

    /// <summary>What of the first page view tells the segments: source, medium or referrer.</summary>
    public string? Touch { get; }

    /// <summary>Which property of the entry does.</summary>
    public string? Entry { get; }

    public Reading Reading { get; }

    /// <summary>By tag: what it is to the funnel, and its segment; a segment of null tells nothing.</summary>
    public (ushort[] Masks, string?[] Segments) Means(IReadOnlyList<string> labels)
    {
        var (masks, segments) = (new ushort[Packed.Tags], new string?[Packed.Tags]);
        for (var tag = 0; tag < labels.Count; tag++)
        {
            if (tag == Labels.Bot) continue;
            if (ReferenceEquals(Reading, Reading.Everything)) (masks[tag], segments[tag]) = (Mask(labels[tag]), null);
            else (masks[tag], segments[tag]) = Split(labels[tag]);
        }

        return (masks, segments);
    }

    private ushort Mask(string type)
    {
        var mask = 0;
        for (var n = 0; n < funnel.Steps.Count; n++)
        {
            if (funnel.Steps[n].Type == type) mask |= 1 << n;
        }

        if (funnel.Exclude.Any(step => step.Type == type)) mask |= Packed.Excludes;
        return mask == 0 && Ours.Contains(type) ? Packed.Unseen : (ushort)mask;
    }

    private (ushort, string?) Split(string label)
    {
        var bar = label.IndexOf('|');
        var value = bar < 0 || bar == label.Length - 1 ? null : label[(bar + 2)..];
        if (value is not null && Touch == "referrer") value = ReferrerClass.Of(value.Length == 0 ? null : "https://" + value + "/", null).Class;
        return (ushort.Parse(label.AsSpan(0, bar < 0 ? label.Length : bar), CultureInfo.InvariantCulture), value);
    }

    // mask|=value, or mask| where the event tells nothing about the segment.
    private Reading Labelled()
    {
        var values = new List<string>();
        string Put(string value)
        {
            values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"{{{values.Count - 1}}}");
        }

        string Is(FunnelStep step)
        {
            var sql = $"type = {Put(step.Type)}";
            if (step.Path is { } path)
            {
                // As a pattern only what the asker's own star stands for.
                var like = path.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_");
                sql += $" and {PathOfUrl} like {Put(like.EndsWith('*') ? like[..^1] + "%" : like)}";
            }

            if (step.Property is { } property) sql += $" and properties ->> {Put(property)} = {Put(step.Value!)}";
            return sql;
        }

        var bits = funnel.Steps.Select((step, n) => (Sql: Is(step), Bit: 1 << n)).Concat(funnel.Exclude.Select(step => (Sql: Is(step), Bit: (int)Packed.Excludes))).ToList();
        var mask = "(" + string.Join(" | ", bits.Select(bit => string.Create(CultureInfo.InvariantCulture, $"case when {bit.Sql} then {bit.Bit} else 0 end"))) + ")::text";
        var tells = Touch switch
        {
            "source" => "case when type = 'page_view' then '=' || left(coalesce(nullif(utm_source, ''), case when referrer is null then 'direct' else 'referral' end), 60) else '' end",
            "medium" => "case when type = 'page_view' then '=' || left(coalesce(nullif(utm_medium, ''), case when referrer is null then 'direct' else 'referral' end), 60) else '' end",
            "referrer" => "case when type = 'page_view' then '=' || left(coalesce(split_part(split_part(referrer, '://', 2), '/', 1), ''), 60) else '' end",
            _ when Entry is not null => $"case when {string.Join(" or ", (funnel.Order == StepOrder.Any ? funnel.Steps : funnel.Steps.Take(1)).Select(step => "(" + Is(step) + ")"))} "
                + $"then '=' || left(coalesce(properties ->> {Put(Entry)}, '(none)'), {MostValue}) else '' end",
            _ => "''",
        };
        var types = funnel.Steps.Concat(funnel.Exclude).Select(step => step.Type).Concat(Touch is null ? [] : ["page_view"]).Distinct(StringComparer.Ordinal).Select(Put).ToList();
        // In strict order everything counts that lies between, whatever its type; the product's own does not.
        var which = funnel.Order == StepOrder.Strict
            ? $"type in ({string.Join(", ", types)}) or type not in ({string.Join(", ", Ours.Order(StringComparer.Ordinal).Select(type => $"'{type}'"))})"
            : $"type in ({string.Join(", ", types)})";
        return new Reading($"{mask} || '|' || {tells}", which, values);
    }

    // https://example.com/docs?x=1 and /docs?x=1 → /docs; no path is /.
    private const string PathOfUrl =
        "case when url like '/%' then split_part(url, '?', 1) when url is not null then coalesce(nullif(substr(split_part(url, '?', 1), nullif(strpos(substr(split_part(url, '?', 1), 9), '/'), 0) + 8), ''), '/') end";
}
