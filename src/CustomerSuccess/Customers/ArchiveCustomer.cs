using System.Security.Claims;
using CustomerSuccess.Events;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Customers;

/// <summary>Puts a customer away: it is in no list and no total any more, keeps all its history, and can come back.</summary>
public static class ArchiveCustomer
{
    /// <summary>Archive a customer; archiving twice changes nothing.</summary>
    public static Task<Results<Ok<Customer>, NotFound>> Handle(string id, ClaimsPrincipal who, Deeds deeds, CancellationToken ct) => Answer(id, archive: true, who, deeds, ct);

    /// <summary>Bring an archived customer back.</summary>
    public static Task<Results<Ok<Customer>, NotFound>> Undo(string id, ClaimsPrincipal who, Deeds deeds, CancellationToken ct) => Answer(id, archive: false, who, deeds, ct);

    /// <summary>The page's form; and its undo.</summary>
    public static async Task<IResult> Submit(string id, HttpContext http, Deeds deeds, CancellationToken ct)
    {
        if (await Run(id, archive: true, http.User, deeds, ct) is not { } customer) return TypedResults.NotFound();
        return Back.ToCustomer(http, id, $"{customer.Organization} is archived.", undo: $"/customers/{Uri.EscapeDataString(id)}/archive/undo");
    }

    public static async Task<IResult> SubmitUndo(string id, HttpContext http, Deeds deeds, CancellationToken ct) =>
        await Run(id, archive: false, http.User, deeds, ct) is { } customer ? Back.ToCustomer(http, id, $"{customer.Organization} is back.") : TypedResults.NotFound();

    private static async Task<Results<Ok<Customer>, NotFound>> Answer(string id, bool archive, ClaimsPrincipal who, Deeds deeds, CancellationToken ct) =>
        await Run(id, archive, who, deeds, ct) is { } customer ? TypedResults.Ok(customer) : TypedResults.NotFound();

    private static async Task<Customer?> Run(string id, bool archive, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var before = await Customer.Read(deed.Connection, deed.Transaction, id, ct);
        if (before is null || before.ArchivedAt is not null == archive) return before;
        await deed.Write(EventTypes.CustomerUpdated, id, new { archived_at = archive ? deed.Now : (DateTime?)null });
        var after = await Customer.Read(deed.Connection, deed.Transaction, id, ct);
        await deed.Commit();
        return after;
    }
}
