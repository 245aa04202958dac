using CustomerSuccess.Platform.Metrics;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace CustomerSuccess.Platform;

/// <summary>
/// Logs statements that took longer than CS_SLOW_QUERY: their text, which holds no values, and how long. Npgsql tells finished
/// commands to a log of its own; the pool is made before the web server, so that log passes on to whoever listens by then.
/// </summary>
public sealed class SlowQueries(Settings settings, Instruments instruments, ILogger<SlowQueries> log) : IHostedService
{
    private const int Longest = 500;

    public static readonly Metric Metric = Metric.Counter("db_slow_queries", "Statements that took longer than CS_SLOW_QUERY and stand in the log");

    private static ImmutableArray<SlowQueries> listening = [];
    private readonly Counter<long> found = instruments.Counter(Metric);

    /// <summary>What a pool tells its finished commands to.</summary>
    public static ILoggerFactory Tap { get; } = new Taps();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.SlowQuery > TimeSpan.Zero) ImmutableInterlocked.Update(ref listening, all => all.Add(this));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        ImmutableInterlocked.Update(ref listening, all => all.Remove(this));
        return Task.CompletedTask;
    }

    private void Note(long milliseconds, string statement)
    {
        if (milliseconds < settings.SlowQuery.TotalMilliseconds) return;
        found.Add(1);
        log.LogWarning("Slow query, {Milliseconds} ms: {Statement}", milliseconds, Short(statement));
    }

    // In one line.
    internal static string Short(string statement)
    {
        var text = new StringBuilder(Longest + 1);
        foreach (var letter in statement)
        {
            if (text.Length >= Longest) return text.Append('…').ToString();
            if (!char.IsWhiteSpace(letter)) text.Append(letter);
            else if (text.Length > 0 && text[^1] != ' ') text.Append(' ');
        }

        return text.ToString().TrimEnd();
    }

    private sealed class Taps : ILoggerFactory
    {
        private static readonly CommandLog Commands = new();

        public ILogger CreateLogger(string categoryName) => categoryName == "Npgsql.Command" ? Commands : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class CommandLog : ILogger
    {
        private const int Completed = 2001;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && !listening.IsEmpty;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != Completed || state is not IReadOnlyList<KeyValuePair<string, object?>> values) return;
            var (took, statement) = (0L, "");
            for (var n = 0; n < values.Count; n++)
            {
                var (name, value) = values[n];
                if (name == "DurationMs") took = Convert.ToInt64(value, CultureInfo.InvariantCulture);
                else if (name == "CommandText" && value is string text) statement = text;
                else if (name == "BatchCommands" && value is string[] texts) statement = string.Join("; ", texts);
            }

            foreach (var listener in listening) listener.Note(took, statement);
        }
    }
}
