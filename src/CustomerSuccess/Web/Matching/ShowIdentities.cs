using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Web.CustomerList;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Web.Matching;

/// <summary>The pages about who belongs to whom: the list with its tabs, and what a link or its undo would change.</summary>
public static class ShowIdentities
{
    public static async Task<IResult> Handle(string? status, string? search, string? before, NpgsqlDataSource db, LinkSettings settings, CancellationToken ct)
    {
        var tab = ListIdentities.Statuses.Contains(status, StringComparer.Ordinal) ? status! : "unmatched";
        var text = search is { Length: <= 200 } ? search.Trim() : "";
        var answer = await ListIdentities.Run(db, settings, null, tab, text, before, ct);
        return new RazorComponentResult<IdentitiesPage>(new { Tab = tab, Search = text, Answer = answer, Before = before });
    }

    /// <summary>Whom to link it to: a search, and for the one chosen what would change.</summary>
    public static async Task<IResult> ShowLink(
        string? identity, string? q, string? customer, string? back, NpgsqlDataSource db, Links links, EventLog events, TimeProvider clock, CancellationToken ct)
    {
        if (!Identity.IsLinkable(identity)) return TypedResults.NotFound();
        var preview = string.IsNullOrEmpty(customer) ? null : await PreviewLink.Run(identity!, customer, links, events, clock, ct);
        if (preview is null && !string.IsNullOrEmpty(customer)) return TypedResults.NotFound();
        var found = preview is null ? (await ListCustomers.Run(new CustomerFilter { Search = q ?? "", Account = "all" }, db, clock.Today(), ct, total: 0)).Rows.Take(12).ToList() : [];
        return new RazorComponentResult<LinkPage>(new { Identity = identity, Query = q ?? "", Found = (IReadOnlyList<CustomerRow>)found, Preview = preview, Back = LinkIdentity.LocalPath(back) });
    }

    /// <summary>What taking a link back would change.</summary>
    public static async Task<IResult> ShowUndo(string? identity, string? back, Links links, EventLog events, TimeProvider clock, CancellationToken ct)
    {
        if (!Identity.IsLinkable(identity) || await PreviewLink.Run(identity!, null, links, events, clock, ct) is not { } preview) return TypedResults.NotFound();
        return new RazorComponentResult<LinkPage>(new { Identity = identity, Query = "", Found = (IReadOnlyList<CustomerRow>)[], Preview = preview, Back = LinkIdentity.LocalPath(back) });
    }
}
