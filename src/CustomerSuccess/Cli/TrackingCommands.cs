using System.CommandLine;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Cli;

/// <summary>The tracking commands, on the database or (with --data-dir) on a folder of CSV files.</summary>
public static class TrackingCommands
{
    /// <summary>Writes events as the web does, without the services of the web.</summary>
    internal static EventLog Log { get; } = new(Rooms.Projections);

    public static void Add(RootCommand root, CliHost host)
    {
        root.Add(AddCustomer.Command(host));
        root.Add(UpdateOnboarding.Command(host));
        root.Add(RecordEngagement.Command(host));
        root.Add(ChangeBlocker.Block(host));
        root.Add(ChangeBlocker.Unblock(host));
        root.Add(ShowOnboarding.Command(host));
        root.Add(ShowEngagement.Command(host));
        root.Add(ShowHealth.Command(host));
        root.Add(ImportFiles.Command(host));
        root.Add(ExportFiles.Command(host));
    }
}
