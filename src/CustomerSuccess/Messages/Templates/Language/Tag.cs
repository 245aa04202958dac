namespace CustomerSuccess.Messages.Templates.Language;

public enum TagKind
{
    Value,
    If,
    Unless,
    Each,
    Else,
    Close,
    Partial,
}

/// <summary>What stands between double braces. Name is the path, the name of a closed block, or that of a partial.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">customer.organization, each, button.</param>
/// <param name="Arguments">Of a partial: what is handed in.</param>
/// <param name="Line">From 1.</param>
/// <param name="From">Place of the first brace in the text.</param>
/// <param name="To">Place after the last brace.</param>
public sealed record Tag(TagKind Kind, string Name, IReadOnlyList<Argument> Arguments, int Line, int From, int To)
{
    public bool Opens => Kind is TagKind.If or TagKind.Unless or TagKind.Each;

    public string Block => Kind.ToString().ToLowerInvariant();
}

/// <summary>One argument of a partial; Path is null where it was written out ("text", 7, true).</summary>
public sealed record Argument(string Name, string? Path);
