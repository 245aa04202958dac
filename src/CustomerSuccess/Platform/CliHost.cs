using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CustomerSuccess.Platform;

/// <summary>
/// What a command has at hand. Nothing is opened before it is asked for, so that commands that need no database start at once.
/// A command fails by throwing <see cref="Trouble"/>.
/// </summary>
public sealed class CliHost(
    IConfiguration configuration, TextWriter output, TextWriter error, TimeProvider clock,
    Action<IServiceCollection, IConfiguration> rooms) : IAsyncDisposable
{
    private Database? database;
    private ServiceProvider? services;

    /// <summary>--json, understood by every command.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON for programs instead of a table for people", Recursive = true };

    /// <summary>Whether a person watches: colours, borders and progress make sense.</summary>
    public bool Terminal => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    public TextWriter Out => output;

    public TextWriter Error => error;

    public TimeProvider Clock => clock;

    public IConfiguration Configuration => configuration;

    public Settings Settings => field ??= Settings.Read(configuration);

    /// <summary>Names as the API writes them, readable as it stands.</summary>
    public static JsonSerializerOptions JsonFormat { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The database, started or joined, and migrated. Statements may take as long as they need.</summary>
    public async Task<NpgsqlDataSource> Database(CancellationToken ct)
    {
        database ??= await Platform.Database.Open(Settings, patient: true, text => error.WriteLine(text), ct);
        return database.Source;
    }

    /// <summary>The services of all rooms over that database, for commands that share a use case with the web. Background work does not run.</summary>
    public async Task<IServiceProvider> Services(CancellationToken ct)
    {
        if (services is not null) return services;
        var source = await Database(ct);
        var all = new ServiceCollection();
        all.AddLogging();
        all.AddSingleton(configuration);
        all.AddSingleton(Settings);
        all.AddSingleton(clock);
        all.AddSingleton(_ => source);
        rooms(all, configuration);
        return services = all.BuildServiceProvider();
    }

    /// <summary>A result: as JSON where asked for, else as a person reads it.</summary>
    public void Print<T>(ParseResult command, T value, Func<T, IRenderable> table)
    {
        if (command.GetValue(Json)) PrintJson(value);
        else Render(table(value));
    }

    /// <summary>A result that is one line for people.</summary>
    public void Print<T>(ParseResult command, T value, Func<T, string> line)
    {
        if (command.GetValue(Json)) PrintJson(value);
        else output.WriteLine(line(value));
    }

    /// <summary>A table or chart, as wide as the terminal, or as it needs where there is none.</summary>
    public void Render(IRenderable what)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = Terminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        // What goes to another program is never wrapped.
        if (!Terminal) console.Profile.Width = 100_000;
        console.Write(what);
    }

    /// <summary>Progress and remarks; they never mix with results.</summary>
    public void Say(string text) => error.WriteLine(text);

    public async ValueTask DisposeAsync()
    {
        if (services is not null) await services.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
    }

    private void PrintJson<T>(T value) => output.WriteLine(JsonSerializer.Serialize(value, JsonFormat));
}
