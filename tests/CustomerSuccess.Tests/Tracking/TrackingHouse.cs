using System.IO.Compression;
using System.Text;
using CustomerSuccess.Events;

namespace CustomerSuccess.Tests.Tracking;

/// <summary>A product and a folder with the sample files, on the day of the golden cases.</summary>
public abstract class TrackingHouse : IAsyncLifetime
{
    private protected string Folder { get; } = Samples.Folder();

    private protected House House { get; private set; } = null!;

    public async ValueTask InitializeAsync() => House = await House.Open();

    public async ValueTask DisposeAsync()
    {
        await House.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected async Task<CliResult> Do(params string[] command)
    {
        var result = await House.Cli(command);
        result.Code.ShouldBe(0, string.Join(' ', command) + "\n" + result.Error);
        return result;
    }

    private protected Task<Dictionary<string, string>> Export() => Export(House);

    private protected static async Task<Dictionary<string, string>> Export(House from, params string[] options) =>
        Unzip(new MemoryStream(await Zip(from, options)));

    private protected static async Task<byte[]> Zip(House from, params string[] options)
    {
        var file = Path.GetTempFileName();
        var result = await from.Cli(["export-data", "--out", file, .. options]);
        result.Code.ShouldBe(0, result.Error);
        var bytes = await File.ReadAllBytesAsync(file);
        File.Delete(file);
        return bytes;
    }

    private protected static Dictionary<string, string> Unzip(Stream stream)
    {
        using var zip = new ZipArchive(stream);
        return zip.Entries.ToDictionary(entry => entry.Name, entry =>
        {
            using var reader = new StreamReader(entry.Open(), new UTF8Encoding(false));
            return reader.ReadToEnd();
        });
    }

    private protected async Task Send(params Envelope[] events)
    {
        await using var connection = await House.Db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new EventLog(Rooms.Projections).Write(connection, transaction, events, default);
        await transaction.CommitAsync();
    }

    private protected async Task<long> Count(string what)
    {
        await using var command = House.Db.CreateCommand("select count(*) from " + what);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private protected Task<long> Events() => Count("events where type <> 'health_changed'");

    private protected Task<long> Completions() => Count("events where type = 'onboarding_completed'");

    private protected string Text(string name) => File.ReadAllText(Path.Combine(Folder, name));

    private protected void Write(string name, string text) => File.WriteAllText(Path.Combine(Folder, name), text);

    private protected void WriteAll(Dictionary<string, string> files)
    {
        foreach (var (name, text) in files) Write(name, text);
    }
}
