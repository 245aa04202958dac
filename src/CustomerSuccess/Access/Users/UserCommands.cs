using System.CommandLine;
using CustomerSuccess.Platform;
using Npgsql;
using Spectre.Console;

namespace CustomerSuccess.Access.Users;

/// <summary>./cs user …: staff, from the machine the product runs on.</summary>
public static class UserCommands
{
    public static Command Make(CliHost host)
    {
        var user = new Command("user", "Staff who sign in: add, list, role, disable, enable, reset");
        var email = new Argument<string>("email") { Description = "E-mail address" };
        var role = new Option<string>("--role") { Description = "admin, manager or viewer", Required = true };
        var name = new Option<string>("--name") { Description = "What to call them", DefaultValueFactory = _ => "" };
        var fromStdin = new Option<bool>("--password-stdin") { Description = "Read the password from standard input instead of printing a link" };

        var add = new Command("add", "Add a user; prints a link to choose a password") { email, role, name, fromStdin };
        add.SetAction(async (command, ct) =>
        {
            var password = command.GetValue(fromStdin) ? (await Console.In.ReadLineAsync(ct) ?? "").TrimEnd('\r') : null;
            var made = await (await host.Services(ct)).GetRequiredService<AddUser>().Run(
                new(command.GetRequiredValue(email), command.GetValue(name) ?? "", command.GetRequiredValue(role), password), "cli", ct);
            if (made.Problem is not null) throw new Trouble(made.Problem, "Correct it and run the command again.");
            PrintLink(host, command, command.GetRequiredValue(email), made.Id!, made.Token);
        });

        var list = new Command("list", "Everyone who may sign in, or might again");
        list.SetAction(async (command, ct) => host.Print(command, await ListUsers.Run(await host.Database(ct), host.Clock.Now(), ct), rows =>
        {
            var table = new Table().RoundedBorder().AddColumns("Email", "Name", "Role", "State", "Last sign-in");
            foreach (var row in rows) table.AddRow(Markup.Escape(row.Email), Markup.Escape(row.Name), row.Role, row.State, row.LastSignInAt?.ToString("yyyy-MM-dd HH:mm") ?? "never");
            return table;
        }));

        user.Add(add);
        user.Add(list);
        user.Add(Change("role", "Give a user another role; ends their sessions", (change, id, command, ct) => change.SetRole(id, command.GetRequiredValue(role), "cli", ct), role));
        user.Add(Change("disable", "End a user's sessions and refuse new ones", (change, id, _, ct) => change.Disable(id, "cli", ct)));
        user.Add(Change("enable", "Let a disabled or resting user in again", (change, id, _, ct) => change.Enable(id, "cli", ct)));
        user.Add(Change("reset", "Take the password away and print a link to choose another", (change, id, _, ct) => change.ResetPassword(id, "cli", ct)));
        return user;

        Command Change(string verb, string what, Func<ChangeUser, string, ParseResult, CancellationToken, Task<ChangeUser.Result>> run, params Option[] options)
        {
            var one = new Command(verb, what) { email };
            foreach (var option in options) one.Add(option);
            one.SetAction(async (command, ct) =>
            {
                var services = await host.Services(ct);
                var address = command.GetRequiredValue(email);
                var found = (await ListUsers.Run(services.GetRequiredService<NpgsqlDataSource>(), host.Clock.Now(), ct))
                    .FirstOrDefault(row => string.Equals(row.Email, address, StringComparison.OrdinalIgnoreCase))
                    ?? throw new Trouble($"There is no user with the address {address}.", "See ./cs user list.");
                var changed = await run(services.GetRequiredService<ChangeUser>(), found.Id, command, ct);
                if (changed.Problem is not null) throw new Trouble(changed.Problem, "See ./cs user list.");
                PrintLink(host, command, address, found.Id, changed.Token);
            });
            return one;
        }
    }

    private static void PrintLink(CliHost host, ParseResult command, string email, string id, string? token)
    {
        var link = token is null ? null : $"{host.Settings.Urls.Split(';')[0].TrimEnd('/')}/set-password?token={token}";
        host.Print(command, new { Id = id, Email = email, Link = link }, made => made.Link is null
            ? $"Done: {made.Email}"
            : $"{made.Email} chooses a password here, once and within 24 hours:{Environment.NewLine}  {made.Link}");
    }
}
