using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Funnel;

/// <summary>
/// Takes what arrived into visitors, visit days and journeys, behind the events: it costs the sender one row, and a failure
/// here never was the sender's. One process does this at a time.
/// </summary>
public static class FollowEvents
{
    // Whoever derives the whole again holds it as well.
    internal const int Lock = 10;

    /// <summary>What a customer's journey is made of, from the log.</summary>
    private const string FromLog = """
        seen as (
          select customer_id, type, occurred_at, id, source, subject, left(properties ->> 'status', 3) as status,
            visit_origin(url, referrer, utm_source, utm_medium, utm_campaign, properties) as origin,
            jsonb_strip_nulls(jsonb_build_object('url', url, 'referrer', referrer, 'utm_source', utm_source, 'utm_medium', utm_medium,
              'utm_campaign', utm_campaign, 'utm_term', utm_term, 'utm_content', utm_content)) as touch
          from attributed
          where customer_id = any(@customers) and type in ('page_view', 'signup', 'api_key_created', 'api_call', 'api_calls_failed') and not (type = 'page_view' and properties @> '{"bot": true}')
        )
        """;

    // Of all but page views everything that is needed was noted; page views are looked up by their key.
    private const string FromNotes = """
        seen as (
          select coalesce(case when left(k.subject, 1) <> '~' then k.subject end, i.customer_id) as customer_id, k.type, k.occurred_at, k.id, k.source, k.subject, k.status,
            null::text as origin, null::jsonb as touch
          from unnest(@subjects, @sources, @ids, @types, @times, @statuses) as k(subject, source, id, type, occurred_at, status)
          left join identities i on i.identity = k.subject
          union all
          select coalesce(e.customer_id, i.customer_id), e.type, e.occurred_at, e.id, e.source, e.subject, null,
            visit_origin(e.url, e.referrer, e.utm_source, e.utm_medium, e.utm_campaign, e.properties),
            jsonb_strip_nulls(jsonb_build_object('url', e.url, 'referrer', e.referrer, 'utm_source', e.utm_source, 'utm_medium', e.utm_medium,
              'utm_campaign', e.utm_campaign, 'utm_term', e.utm_term, 'utm_content', e.utm_content))
          from unnest(@page_subjects, @page_sources, @page_ids) as k(subject, source, id)
          join events e on e.id = k.id and e.source = k.source and e.subject = k.subject
          left join identities i on e.customer_id is null and i.identity = e.subject
          where (e.customer_id is not null or i.customer_id is not null) and not e.properties @> '{"bot": true}'
        )
        """;

    private const string Pages = """
        page_views as (
          select e.* from unnest(@page_subjects, @page_sources, @page_ids) as k(subject, source, id)
          join events e on e.id = k.id and e.source = k.source and e.subject = k.subject
        )
        """;

    private static readonly string Visits = $"with {Pages},\n{Sql.Read("Funnel/Visits/visits.sql")}";
    private static readonly string Journeys = $"with {FromNotes},\n{Sql.Read("Funnel/Journeys/journeys.sql")}";
    private static readonly string JourneysAgain = $"with {FromLog},\n{Sql.Read("Funnel/Journeys/journeys.sql")}";

    /// <summary>One row of the queue: events of one commit, or customers.</summary>
    private sealed record Note(string[] Subjects, string[] Sources, string[] Ids, string[] Types, DateTime[] Times, string?[] Statuses, string[] Customers)
    {
        public IReadOnlyList<Note> Halves => Customers.Length > 0 && Ids.Length > 0 ? [this with { Customers = [] }, Part(0, 0) with { Customers = Customers }]
            : Customers.Length > 1 ? [this with { Customers = Customers[..(Customers.Length / 2)] }, this with { Customers = Customers[(Customers.Length / 2)..] }]
            : Ids.Length > 1 ? [Part(0, Ids.Length / 2), Part(Ids.Length / 2, Ids.Length)] : [];

        private Note Part(int from, int to) => new(Subjects[from..to], Sources[from..to], Ids[from..to], Types[from..to], Times[from..to], Statuses[from..to], []);
    }

    /// <summary>Work off up to <paramref name="limit"/> commits; how many there were. Null: another process is at it, or a rebuild.</summary>
    /// <param name="db">Where.</param>
    /// <param name="log">Says what is left out.</param>
    /// <param name="limit">So many commits at most.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="tired">Tried often enough: leave out what fails for any reason of its own, a timeout, too.</param>
    public static async Task<int?> Run(NpgsqlDataSource db, ILogger log, int limit, CancellationToken ct, bool tired = false)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Lost in a crash, this commit is simply done again: the queue still holds it then.
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"select set_config('jit', 'off', true) is not null and set_config('synchronous_commit', 'off', true) is not null and pg_try_advisory_xact_lock({Lock}, 0) and pg_try_advisory_xact_lock_shared(7, -1)",
            null, transaction, cancellationToken: ct)))
            return null;
        var notes = await Take(connection, transaction, limit, ct);
        if (notes.Count > 0) await Fold(connection, transaction, notes, log, tired, ct);
        await transaction.CommitAsync(ct);
        return notes.Count;
    }

    /// <summary>Everything that waits, in the caller's transaction, which keeps the worker away. What fails here fails the caller.</summary>
    public static async Task CatchUp(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        while (await Take(connection, transaction, 500, ct) is { Count: > 0 } notes) await Write(connection, transaction, notes, ct);
    }

    /// <summary>Work off what waits at this moment, for a reader who asks for figures with what he sent just before. He waits 0.3 seconds at most; the round goes on without him.</summary>
    public static async Task Freshen(NpgsqlDataSource db, ILogger log, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromMilliseconds(300));
        try
        {
            if (await Ask<long?>("select max(id) from funnel_waiting") is not { } last) return;
            do
            {
                if (await Task.Run(() => Run(db, log, 500, CancellationToken.None), ct).WaitAsync(patience.Token) is null) await Task.Delay(10, patience.Token);
            }
            while (await Ask<bool>("select exists (select from funnel_waiting where id <= @last)", new { last }));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The figures are a little behind then.
        }
        catch (PostgresException error) when (MayBeTheData(error))
        {
            log.LogWarning("Figures are read without what waits for the funnel: {Reason}", error.MessageText);
        }

        async Task<T?> Ask<T>(string sql, object? args = null)
        {
            await using var connection = await db.OpenConnectionAsync(patience.Token);
            return await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, args, cancellationToken: patience.Token));
        }
    }

    /// <summary>Whether what failed may fail for its own sake, and not because the database cannot be reached, is full, locked, read-only or of another version.</summary>
    internal static bool MayBeTheData(PostgresException error) =>
        !error.SqlState.StartsWith("57P", StringComparison.Ordinal) && error.SqlState[..2] is not ("08" or "25" or "28" or "40" or "42" or "53" or "55" or "58");

    private static async Task<List<Note>> Take(NpgsqlConnection connection, NpgsqlTransaction transaction, int limit, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(
            """
            delete from funnel_waiting where id in (select id from funnel_waiting order by id limit $1)
            returning subjects, sources, ids, types, times, statuses, customers
            """, connection, transaction) { Parameters = { new() { Value = limit } } };
        await using var reader = await take.ExecuteReaderAsync(ct);
        var notes = new List<Note>();
        while (await reader.ReadAsync(ct))
        {
            notes.Add(new Note(Array<string>(0), Array<string>(1), Array<string>(2), Array<string>(3), Array<DateTime>(4), Array<string?>(5), Array<string>(6)));
        }

        return notes;

        T[] Array<T>(int column) => reader.IsDBNull(column) ? [] : reader.GetFieldValue<T[]>(column);
    }

    // What the database refuses is halved, commits first, then the events of one, until the event it refuses stands alone and is
    // left out; rebuild brings it back.
    private static async Task Fold(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Note> notes, ILogger log, bool tired, CancellationToken ct)
    {
        await transaction.SaveAsync("funnel", ct);
        try
        {
            await Write(connection, transaction, notes, ct);
            await transaction.ReleaseAsync("funnel", ct);
        }
        catch (PostgresException error) when (error.SqlState[..2] is "22" or "23" or "54" || tired && MayBeTheData(error))
        {
            await transaction.RollbackAsync("funnel", ct);
            await transaction.ReleaseAsync("funnel", ct);
            if (notes.Count > 1)
            {
                await Fold(connection, transaction, notes[..(notes.Count / 2)], log, tired, ct);
                await Fold(connection, transaction, notes[(notes.Count / 2)..], log, tired, ct);
                return;
            }

            if (notes[0].Halves is { Count: > 0 } halves)
            {
                foreach (var half in halves) await Fold(connection, transaction, [half], log, tired, ct);
                return;
            }

            var what = string.Join(", ", notes[0].Ids.Concat(notes[0].Customers));
            log.LogError("The funnel leaves out {Events}: {Reason}. They are in the log; ./cs rebuild takes them in", what, error.MessageText);
        }
    }

    private static async Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Note> notes, CancellationToken ct)
    {
        var events = notes.SelectMany(note => Enumerable.Range(0, note.Ids.Length).Select(n => (note, n))).ToLookup(each => each.note.Types[each.n] == "page_view");
        var args = new
        {
            subjects = events[false].Select(each => each.note.Subjects[each.n]).ToArray(),
            sources = events[false].Select(each => each.note.Sources[each.n]).ToArray(),
            ids = events[false].Select(each => each.note.Ids[each.n]).ToArray(),
            types = events[false].Select(each => each.note.Types[each.n]).ToArray(),
            times = events[false].Select(each => each.note.Times[each.n]).ToArray(),
            statuses = events[false].Select(each => each.note.Statuses[each.n]).ToArray(),
            page_subjects = events[true].Select(each => each.note.Subjects[each.n]).ToArray(),
            page_sources = events[true].Select(each => each.note.Sources[each.n]).ToArray(),
            page_ids = events[true].Select(each => each.note.Ids[each.n]).ToArray(),
        };
        if (args.page_ids.Length > 0) await FoldVisits(connection, transaction, Visits, args, ct);
        if (args.ids.Length + args.page_ids.Length > 0) await FoldJourneys(Journeys, args);
        if (notes.SelectMany(note => note.Customers).Distinct(StringComparer.Ordinal).ToArray() is { Length: > 0 } customers)
        {
            await connection.ExecuteAsync(new CommandDefinition("delete from journeys where customer_id = any(@customers)", new { customers }, transaction, cancellationToken: ct));
            await FoldJourneys(JourneysAgain, new { customers });
        }

        async Task FoldJourneys(string sql, object given)
        {
            var met = await connection.QueryAsync<(string Customer, bool Due)>(new CommandDefinition(sql, given, transaction, commandTimeout: 600, cancellationToken: ct));
            if (met.Where(one => one.Due).Select(one => one.Customer).ToArray() is { Length: > 0 } due)
                await connection.ExecuteAsync(new CommandDefinition(Sql.Read("Funnel/Journeys/last_touch.sql"), new { customers = due }, transaction, commandTimeout: 600, cancellationToken: ct));
        }
    }

    /// <summary>Add page views to what is counted of visits; the statement names the relation page_views.</summary>
    internal static async Task FoldVisits(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, object? args, CancellationToken ct)
    {
        var emptied = (await connection.QueryAsync<DateOnly>(new CommandDefinition(sql, args, transaction, commandTimeout: 3_600, cancellationToken: ct))).ToArray();
        if (emptied.Length > 0)
            await connection.ExecuteAsync(new CommandDefinition("delete from visit_counts where day = any(@emptied) and visits = 0", new { emptied }, transaction, cancellationToken: ct));
    }
}
