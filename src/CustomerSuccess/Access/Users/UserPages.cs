using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Settings, Users: who may sign in.</summary>
public static class UserPages
{
    public sealed record NewUser
    {
        [StringLength(300)] public string? Email { get; init; }

        [StringLength(200)] public string? Name { get; init; }

        [StringLength(20)] public string? Role { get; init; }
    }

    public sealed record NewRole
    {
        [StringLength(20)] public string? Role { get; init; }
    }

    public static void Map(RouteGroupBuilder users)
    {
        users.MapGet("", Show).RequireAuthorization(Permissions.Admin);
        users.MapPost("", Add).RequireAuthorization(Permissions.Admin);
        users.MapPost("{id}/role", Role).RequireAuthorization(Permissions.Admin);
        users.MapPost("{id}/disable", Disable).RequireAuthorization(Permissions.Admin);
        users.MapPost("{id}/enable", Enable).RequireAuthorization(Permissions.Admin);
        users.MapPost("{id}/reset", Reset).RequireAuthorization(Permissions.Admin);
    }

    private static async Task<RazorComponentResult<UsersPage>> Show(ClaimsPrincipal who, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        Page(new(await ListUsers.Run(db, clock.Now(), ct), Me(who)));

    private static async Task<IResult> Add(
        [FromForm] NewUser form, HttpContext context, AddUser add, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var made = await add.Run(new(form.Email ?? "", form.Name ?? "", form.Role ?? ""), context.User.AuditActor(), ct);
        var users = await ListUsers.Run(db, clock.Now(), ct);
        return made.Problem is null
            ? Page(new(users, Me(context.User), Link(context, made.Token!), form.Email!.Trim()))
            : Page(new(users, Me(context.User), Problem: made.Problem, Adding: true, Email: form.Email, Name: form.Name, Role: form.Role));
    }

    private static async Task<IResult> Role(string id, [FromForm] NewRole form, HttpContext context, ChangeUser change, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        await Done(await change.SetRole(id, form.Role ?? "", context.User.AuditActor(), ct), "The role is changed.", context, db, clock, ct);

    private static async Task<IResult> Disable(string id, HttpContext context, ChangeUser change, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        await Done(await change.Disable(id, context.User.AuditActor(), ct), "The user is disabled; open sessions end within a minute.", context, db, clock, ct);

    private static async Task<IResult> Enable(string id, HttpContext context, ChangeUser change, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        await Done(await change.Enable(id, context.User.AuditActor(), ct), "The user may sign in again.", context, db, clock, ct);

    private static async Task<IResult> Reset(string id, HttpContext context, ChangeUser change, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var changed = await change.ResetPassword(id, context.User.AuditActor(), ct);
        if (changed.Token is null) return await Done(changed, "", context, db, clock, ct);
        var users = await ListUsers.Run(db, clock.Now(), ct);
        return Page(new(users, Me(context.User), Link(context, changed.Token), users.First(user => user.Id == id).Email));
    }

    private static async Task<IResult> Done(ChangeUser.Result changed, string said, HttpContext context, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (!changed.Found) return TypedResults.NotFound();
        if (changed.Problem is not null) return Page(new(await ListUsers.Run(db, clock.Now(), ct), Me(context.User), Problem: changed.Problem));
        Flash.Say(context, said);
        return TypedResults.LocalRedirect("/settings/users");
    }

    private static string Link(HttpContext context, string token) => $"{context.Request.Scheme}://{context.Request.Host}/set-password?token={token}";

    private static string Me(ClaimsPrincipal who) => who.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";

    private static RazorComponentResult<UsersPage> Page(UsersPage.Content content) =>
        new(new { Model = content }) { StatusCode = content.Problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
}
