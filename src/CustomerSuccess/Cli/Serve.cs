using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http;

namespace CustomerSuccess.Cli;

/// <summary>./cs serve: the web server with all its background work, until Ctrl-C or SIGTERM.</summary>
public static class Serve
{
    public static void Commands(RootCommand root, CliHost host)
    {
        var demo = new Option<bool>("--demo") { Description = "Load sample customers and print a sign-in and an API key" };
        var serve = new Command("serve", "Run the web server") { demo };
        serve.SetAction((command, ct) => Run(host, command.GetValue(demo), ct));
        root.Add(serve);
    }

    private static async Task<int> Run(CliHost host, bool demo, CancellationToken ct)
    {
        var settings = host.Settings;
        var metrics = Monitoring.MetricsSettings.Read(host.Configuration).Url;
        foreach (var url in $"{settings.Urls};{metrics}".Split(';', StringSplitOptions.RemoveEmptyEntries)) RefuseTaken(url);
        await using var database = await Database.Open(settings, patient: false, host.Say, ct);
        await using var app = WebServer.Build(host.Configuration, settings, database.Source, host.Clock);
        var facts = await Rooms.Prepare(app.Services, demo, ct);
        await app.StartAsync(ct);
        var width = facts.Select(fact => fact.What.Length).Append("Open".Length).Max();
        host.Out.WriteLine($"{"Open".PadRight(width)}  {string.Join("  ", app.Urls.Where(url => url != metrics))}");
        foreach (var (what, value) in facts) host.Out.WriteLine($"{what.PadRight(width)}  {value}");
        await host.Out.FlushAsync(ct);
        await app.WaitForShutdownAsync(ct);
        return 0;
    }

    // Asked before the database starts and the sample data load: a taken port is known at once, and said in one line.
    private static void RefuseTaken(string url)
    {
        var address = BindingAddress.Parse(url);
        if (address.Port == 0 || !IPAddress.TryParse(address.Host is "localhost" ? "127.0.0.1" : address.Host.Trim('[', ']'), out var ip)) return;
        try
        {
            using var probe = new TcpListener(ip, address.Port);
            probe.Start();
        }
        catch (SocketException error)
        {
            throw new Trouble(
                error.SocketErrorCode == SocketError.AddressAlreadyInUse ? $"The address {url} is taken by another program." : $"Nothing can listen on {url}: {error.Message}.",
                $"Stop that program, or choose another address: CS_URLS=http://{address.Host}:{address.Port + 1} ./cs serve", error);
        }
    }
}
