namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>A person of an account, from when to when.</summary>
public sealed record AccountPerson(string Id, DateTime FirstSeen, DateTime? RemovedAt);

/// <summary>When everyone who belonged to an account had done something. Pure.</summary>
public static class Everyone
{
    /// <summary>
    /// The first moment at which all who belonged to it then had done it; who comes later takes it back no more. An account of which nobody
    /// is known has done it with the first who did.
    /// </summary>
    public static DateTime? Did(IReadOnlyList<AccountPerson> people, IReadOnlyList<(string Person, DateTime At)> did)
    {
        if (did.Count == 0) return null;
        if (people.Count == 0) return did.Min(one => one.At);
        var moments = did.Select(one => one.At).Concat(people.Select(person => person.RemovedAt).OfType<DateTime>()).Distinct().Order();
        foreach (var moment in moments)
        {
            var there = people.Where(person => person.FirstSeen <= moment && (person.RemovedAt is null || person.RemovedAt > moment)).ToList();
            if (there.Count > 0 && there.All(person => did.Any(one => one.Person == person.Id && one.At <= moment))) return moment;
        }

        return null;
    }
}
