using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Cli;

/// <summary>Puts the web server together: limits, logs, rooms. Tests start the same one.</summary>
public static class WebServer
{
    public static WebApplication Build(
        IConfiguration configuration, Settings settings, NpgsqlDataSource database, TimeProvider clock, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls($"{settings.Urls};{Monitoring.MetricsSettings.Read(configuration).Url}".TrimEnd(';'));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
            kestrel.Limits.MaxConcurrentConnections = 10_000;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
        Logs(builder.Logging);

        // The caller disposes of the database, after everything here has stopped.
        builder.Services.AddSingleton(_ => database);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(clock);
        Rooms.Add(builder.Services, builder.Configuration);
        more?.Invoke(builder.Services);

        var app = builder.Build();
        Rooms.Use(app);
        Rooms.Map(Platform.Http.EmptyForm.Refused(app));
        return app;
    }

    // To stderr, one line each; JSON where no person watches, so that nothing a sender typed can break a line.
    private static void Logs(ILoggingBuilder logs)
    {
        logs.ClearProviders();
        logs.AddFilter("Microsoft", LogLevel.Warning);
        // Where this one could log anything, every request is given an activity that nobody looks at.
        logs.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logs.AddFilter("System.Net.Http", LogLevel.Warning);
        logs.AddFilter("Npgsql", LogLevel.Warning);
        // Handled by ProblemHandler, which logs what deserves it.
        logs.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
        // A cookie or form token somebody made up is refused; it needs no stack trace in the log.
        logs.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.None);
        if (Console.IsErrorRedirected) logs.AddJsonConsole(format => format.UseUtcTimestamp = true);
        else logs.AddSimpleConsole(format => format.SingleLine = true);
        logs.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
