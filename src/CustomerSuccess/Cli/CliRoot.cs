using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Cli;

/// <summary>The command line: 0 done, 1 failed, 2 bad usage; results on stdout, all else on stderr.</summary>
public static class CliRoot
{
    public static async Task<int> Run(IReadOnlyList<string> args, CliHost host)
    {
        var root = Build(host);
        var command = root.Parse(args);
        if (command.Action is ParseErrorAction)
        {
            // A mistyped command is also reported as a missing one; the last message is the telling one.
            host.Say(command.Errors[^1].Message);
            host.Say($"  Fix: see {Usage(command)} --help");
            return 2;
        }

        try
        {
            // Signals are the host's business: serve drains, and any other command may be cut off at any point.
            return await command.InvokeAsync(new InvocationConfiguration
            {
                Output = host.Out,
                Error = host.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Trouble trouble)
        {
            host.Say(trouble.Text);
        }
        catch (Exception error) when (error is NpgsqlException and not PostgresException or TimeoutException)
        {
            host.Say(new Trouble($"The database went away: {error.Message}", "Run the command again; nothing was half done.").Text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            host.Say(error.Message);
        }
        catch (Exception error)
        {
            host.Say($"This should not happen: {error}");
        }

        return 1;
    }

    internal static RootCommand Build(CliHost host)
    {
        var root = new RootCommand("Customer success: events in, customers understood.") { host.Json };
        Serve.Commands(root, host);
        Rooms.Commands(root, host);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new NamedHelp((HelpAction)help.Action!);
        return root;
    }

    private static string Usage(ParseResult command) =>
        command.CommandResult.Command is RootCommand ? "./cs" : "./cs " + command.CommandResult.Command.Name;

    /// <summary>Help that calls the program what people type.</summary>
    private sealed class NamedHelp(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var (settings, output, text) = (parseResult.InvocationConfiguration, parseResult.InvocationConfiguration.Output, new StringWriter());
            settings.Output = text;
            var code = help.Invoke(parseResult);
            settings.Output = output;
            output.Write(text.ToString().Replace($"  {RootCommand.ExecutableName} ", "  ./cs ", StringComparison.Ordinal));
            return code;
        }
    }
}
