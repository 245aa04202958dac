using System.CommandLine;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Change;

namespace CustomerSuccess.Cli;

/// <summary>./cs add-customer EMAIL ORG GITHUB COHORT INDUSTRY TEAM_SIZE: a customer who signs up today; prints the id.</summary>
internal static class AddCustomer
{
    private sealed record Answer(string Id, string Email, string Organization, DateOnly SignupDate);

    public static Command Command(CliHost host)
    {
        var email = TrackingOptions.Text("EMAIL", "The address they signed up with", Fields.EmailAddress);
        var organization = TrackingOptions.Text("ORG", "The organization's name", text => Fields.Text("organization", text, Fields.Name, required: true));
        var github = TrackingOptions.Text("GITHUB", "Their GitHub organization or user", text => Fields.Text("github", text, Fields.Short));
        var cohort = TrackingOptions.Text("COHORT", "The group they came with, such as VIP", text => Fields.Text("cohort", text, Fields.Short));
        var industry = TrackingOptions.Text("INDUSTRY", "Such as SaaS", text => Fields.Text("industry", text, Fields.Short));
        var team = TrackingOptions.Count("TEAM_SIZE", "How many people they are", most: 10_000_000);
        var folder = TrackingOptions.DataDir();
        var command = new Command("add-customer", "Add a customer who signs up today; prints the new id") { email, organization, github, cohort, industry, team, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var customer = new CustomerRow(
                "", parsed.GetRequiredValue(email), parsed.GetRequiredValue(organization), parsed.GetRequiredValue(github), host.Clock.Today(),
                parsed.GetRequiredValue(cohort), parsed.GetRequiredValue(industry), (int)parsed.GetRequiredValue(team), "active");
            var added = host.Folder(parsed, folder) is { } files
                ? await files.Change(book => book.AddCustomer(customer), create: true, ct)
                : await CustomerChanges.Add(await host.Database(ct), TrackingCommands.Log, customer, host.Clock, ct);
            host.Print(parsed, new Answer(added.Id, added.Email, added.Organization, added.SignupDate), answer => answer.Id);
            return 0;
        });
        return command;
    }
}
