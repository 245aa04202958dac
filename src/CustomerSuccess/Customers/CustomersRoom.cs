using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Customers.Notes;
using CustomerSuccess.Customers.People;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Customers;

/// <summary>Accounts, their people, and what staff noted about them.</summary>
public static class CustomersRoom
{
    public static IReadOnlyList<Fold> Folds { get; } =
    [
        new(["notes"], Sql.Read("Customers/notes.sql"), Takes: e => e.Type is EventTypes.NoteAdded or EventTypes.NoteRemoved or EventTypes.NoteRestored),
        new(["sightings"], Sql.Read("Customers/Identities/sightings.sql"), On: FoldOn.Arrival, Takes: Names),
        new(["pairs"], Sql.Read("Customers/Identities/pairs.sql"), On: FoldOn.Arrival, Takes: Names),
    ];

    // The second of the two reads what the first found, so they go together.
    private static bool Names(Envelope e) => e.CustomerId is null || e.VisitorId is not null || e.PersonId is not null || e.GroupId is not null
        || e.Type is "alias" or EventTypes.CustomerCreated or EventTypes.CustomerUpdated or EventTypes.PersonUpdated;

    public static IReadOnlyList<Replay> Replays { get; } =
    [
        new("customers", ["customer_id"],
            ["customer_id", "email", "organization", "github_username", "signup_date", "cohort", "industry", "team_size", "plan", "mrr", "owner",
                "status", "is_test", "archived_at", "external_ids", "traits"],
            Sql.Read("Customers/customer.sql"), type => type is EventTypes.CustomerCreated or EventTypes.CustomerUpdated, Sql.Read("Customers/emails.sql")),
        new("people", ["customer_id", "person_id"], ["customer_id", "person_id", "email", "name", "role", "first_seen", "removed_at"],
            Sql.Read("Customers/person.sql"), type => type == EventTypes.PersonUpdated),
    ];

    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(LinkSettings.Read(settings));
        services.AddSingleton<Links>().AddSingleton<LinkDesk>();
        services.AddHostedService<Resolver>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/customers", CreateCustomer.Handle).RequireAuthorization(Permissions.Manager).WithTags("Customers");
        // Hands out a key, as only admins may.
        app.MapPost("/api/v1/customers/provision", ProvisionCustomer.Handle).RequireAuthorization(Permissions.Admin).WithTags("Customers");
        var one = app.MapGroup("/api/v1/customers/{id}").OfCustomer().WithTags("Customers");
        one.MapGet("", GetCustomer.Handle).RequireAuthorization(Permissions.Viewer);
        one.MapPatch("", UpdateCustomer.Handle).RequireAuthorization(Permissions.Manager);
        one.MapPost("archive", ArchiveCustomer.Handle).RequireAuthorization(Permissions.Manager);
        one.MapDelete("archive", ArchiveCustomer.Undo).RequireAuthorization(Permissions.Manager);
        one.MapGet("people", ListPeople.Handle).RequireAuthorization(Permissions.Viewer);
        one.MapPut("people/{person}", ChangePerson.Handle).RequireAuthorization(Permissions.Manager);
        one.MapDelete("people/{person}", RemovePerson.Handle).RequireAuthorization(Permissions.Manager);
        one.MapPost("notes", AddNote.Handle).RequireAuthorization(Permissions.Manager);
        one.MapDelete("notes/{note}", RemoveNote.Handle).RequireAuthorization(Permissions.Manager);
        one.MapPost("notes/{note}/restoration", RemoveNote.Undo).RequireAuthorization(Permissions.Manager);

        var identities = app.MapGroup("/api/v1/identities").WithTags("Identities");
        identities.MapGet("", ListIdentities.Handle).RequireAuthorization(Permissions.Viewer);
        identities.MapPost("links", LinkIdentity.Handle).RequireAuthorization(Permissions.Manager);
        identities.MapDelete("links/{**identity}", UnlinkIdentity.Handle).RequireAuthorization(Permissions.Manager);
        identities.MapPost("conflicts", JudgeConflict.Handle).RequireAuthorization(Permissions.Manager);
        identities.MapPost("blocked", BlockId.Handle).RequireAuthorization(Permissions.Admin);
        identities.MapDelete("blocked/{**id}", BlockId.Undo).RequireAuthorization(Permissions.Admin);
        var matching = app.MapGroup("/identities").ExcludeFromDescription();
        matching.MapPost("links", LinkIdentity.Submit).RequireAuthorization(Permissions.Manager);
        matching.MapPost("undo", UnlinkIdentity.Submit).RequireAuthorization(Permissions.Manager);
        matching.MapPost("conflicts", JudgeConflict.Submit).RequireAuthorization(Permissions.Manager);
        matching.MapPost("blocked", BlockId.Submit).RequireAuthorization(Permissions.Admin);
        matching.MapPost("blocked/remove", BlockId.SubmitUndo).RequireAuthorization(Permissions.Admin);

        app.MapGet("/customers/new", EditCustomer.ShowNew).RequireAuthorization(Permissions.Manager).ExcludeFromDescription();
        app.MapPost("/customers/new", EditCustomer.SubmitNew).RequireAuthorization(Permissions.Manager).ExcludeFromDescription();
        // Forms of the customer's page.
        var page = app.MapGroup("/customers/{id}").ExcludeFromDescription();
        page.MapGet("edit", EditCustomer.Show).RequireAuthorization(Permissions.Manager);
        page.MapPost("edit", EditCustomer.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("archive", ArchiveCustomer.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("archive/undo", ArchiveCustomer.SubmitUndo).RequireAuthorization(Permissions.Manager);
        page.MapPost("people", ChangePerson.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("people/remove", RemovePerson.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("people/restore", RemovePerson.SubmitUndo).RequireAuthorization(Permissions.Manager);
        page.MapPost("notes", AddNote.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("notes/{note}/remove", RemoveNote.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("notes/{note}/restore", RemoveNote.SubmitUndo).RequireAuthorization(Permissions.Manager);
    }
}
