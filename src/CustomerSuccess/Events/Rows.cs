using Npgsql;
using NpgsqlTypes;

namespace CustomerSuccess.Events;

/// <summary>What became of one message in the log.</summary>
internal enum Outcome
{
    Duplicate,
    Stored,
    UnknownCustomer,
}

/// <summary>The messages of one call on their way into insert.sql and back: the first of each key goes, and its answer is the others' too.</summary>
internal sealed class Rows
{
    private readonly Dictionary<(string Id, string Source, string Subject), int> places;
    private readonly List<Envelope> events;
    private readonly List<string> subjects;
    private readonly int[] place;
    private readonly Outcome[] outcomes;

    public Rows(IReadOnlyList<Envelope> all)
    {
        (places, events, subjects, place) = (new(all.Count), new(all.Count), new(all.Count), new int[all.Count]);
        for (var n = 0; n < all.Count; n++)
        {
            var e = all[n];
            var subject = e.Subject;
            if (places.TryAdd((e.Id, e.Source, subject), events.Count))
            {
                place[n] = events.Count;
                events.Add(e);
                subjects.Add(subject);
            }
            else
            {
                place[n] = places[(e.Id, e.Source, subject)];
            }
        }

        outcomes = new Outcome[events.Count];
    }

    /// <summary>The first of each key.</summary>
    public IReadOnlyList<Envelope> Events => events;

    /// <summary>Subjects that are no customers.</summary>
    public List<string> Others() => [.. subjects.Where((_, n) => events[n].CustomerId is null)];

    /// <summary>What became of the nth message handed in; who asks second for the same key hears of a duplicate.</summary>
    public Outcome Take(int n)
    {
        var outcome = outcomes[place[n]];
        if (outcome == Outcome.Stored) outcomes[place[n]] = Outcome.Duplicate;
        return outcome;
    }

    /// <summary>One row of the answer: that all were stored, a key that was, a customer who does not exist, or one whose totals must be taken again.</summary>
    public void Read(NpgsqlDataReader reader, List<string> unsettled)
    {
        var (what, text) = (reader.GetInt32(0), reader.GetString(1));
        if (what == 0)
        {
            outcomes[places[(text, reader.GetString(2), reader.GetString(3))]] = Outcome.Stored;
        }
        else if (what == 3)
        {
            Array.Fill(outcomes, Outcome.Stored);
        }
        else if (what == 2)
        {
            unsettled.Add(text);
        }
        else if (what == 1)
        {
            for (var n = 0; n < events.Count; n++)
            {
                if (events[n].CustomerId == text) outcomes[n] = Outcome.UnknownCustomer;
            }
        }
    }

    /// <summary>The parameters in the order of insert.sql.</summary>
    public NpgsqlBatchCommand Command(string text, SeenCustomers? seen)
    {
        var command = new NpgsqlBatchCommand(text);
        Add(NpgsqlDbType.Text, (_, n) => subjects[n]);
        Add(NpgsqlDbType.Text, (e, _) => e.Source);
        Add(NpgsqlDbType.Text, (e, _) => e.Id);
        Add(NpgsqlDbType.Text, (e, _) => e.Type);
        Add(NpgsqlDbType.TimestampTz, (e, _) => e.OccurredAt);
        Add(NpgsqlDbType.TimestampTz, (e, _) => e.ClaimedAt);
        Add(NpgsqlDbType.TimestampTz, (e, _) => e.SentAt);
        Add(NpgsqlDbType.TimestampTz, (e, _) => e.ReceivedAt);
        Add(NpgsqlDbType.Text, (e, _) => e.CustomerId);
        Add(NpgsqlDbType.Text, (e, _) => e.GroupId);
        Add(NpgsqlDbType.Text, (e, _) => e.PersonId);
        Add(NpgsqlDbType.Text, (e, _) => e.VisitorId);
        Add(NpgsqlDbType.Text, (e, _) => e.SessionId);
        Add(NpgsqlDbType.Text, (e, _) => e.Visit.Url);
        Add(NpgsqlDbType.Text, (e, _) => e.Visit.Referrer);
        Add(NpgsqlDbType.Text, (e, _) => e.Visit.Source);
        Add(NpgsqlDbType.Text, (e, _) => e.Visit.Medium);
        Add(NpgsqlDbType.Text, (e, _) => e.Visit.Campaign);
        Add(NpgsqlDbType.Text, (e, _) => e.Visit.Term);
        Add(NpgsqlDbType.Text, (e, _) => e.Visit.Content);
        Add(NpgsqlDbType.Jsonb, (e, _) => e.Properties);
        Add(NpgsqlDbType.Boolean, (e, _) => e.History);
        Add(NpgsqlDbType.Text, (e, _) => e.Actor);
        var created = events.Where(e => e.Type == EventTypes.CustomerCreated).Select(e => e.CustomerId).ToHashSet(StringComparer.Ordinal);
        string[] doubtful = [.. events.Select(e => e.CustomerId).OfType<string>().Where(id => seen?.Contains(id) != true && !created.Contains(id)).Distinct(StringComparer.Ordinal)];
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = doubtful });
        return command;

        // A column that nobody filled goes as an empty array, which unnest fills up with nulls: most columns of most calls.
        void Add<T>(NpgsqlDbType type, Func<Envelope, int, T> value)
        {
            var values = new T[events.Count];
            var filled = false;
            for (var n = 0; n < values.Length; n++) filled |= (values[n] = value(events[n], n)) is not null;
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = filled ? values : [] });
        }
    }
}
