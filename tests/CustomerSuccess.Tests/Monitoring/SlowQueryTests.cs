using System.Collections.Concurrent;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CustomerSuccess.Tests.Monitoring;

public sealed class SlowQueryTests
{
    [Fact]
    public async Task A_statement_that_takes_long_is_logged_without_its_values()
    {
        var told = new Told();
        await using var house = await House.Open(services => services.AddSingleton<ILoggerProvider>(told), ("CS_SLOW_QUERY", "50"));
        await using var connection = await house.Db.OpenConnectionAsync();
        await connection.ExecuteAsync("select pg_sleep(0.2),\n   @who::text as slow_one", new { who = "alice@example.com" });
        await connection.ExecuteAsync("select @who::text as quick_one", new { who = "alice@example.com" });
        var line = told.Lines.Where(each => each.Contains("slow_one", StringComparison.Ordinal)).ShouldHaveSingleItem();
        line.ShouldStartWith("Slow query, ");
        line.ShouldContain("select pg_sleep(0.2), ");
        told.Lines.ShouldNotContain(each => each.Contains("alice@example.com", StringComparison.Ordinal));
        told.Lines.ShouldNotContain(each => each.Contains("quick_one", StringComparison.Ordinal));
        (await Scrape.Of(house)).Sum("db_slow_queries_total").ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task None_is_logged_where_none_is_asked_for()
    {
        var told = new Told();
        await using var house = await House.Open(services => services.AddSingleton<ILoggerProvider>(told), ("CS_SLOW_QUERY", "0"));
        await using var connection = await house.Db.OpenConnectionAsync();
        await connection.ExecuteAsync("select pg_sleep(0.6) as never_slow");
        told.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void A_long_statement_is_cut()
    {
        SlowQueries.Short("  select\n\t 1  ").ShouldBe("select 1");
        SlowQueries.Short(new string('x', 1000)).Length.ShouldBe(501);
    }

    private sealed class Told : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => categoryName == typeof(SlowQueries).FullName ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
