namespace CustomerSuccess.Tests;

/// <summary>The people and companies that all tests are about.</summary>
public static class Cast
{
    /// <summary>Administers the installation.</summary>
    public static readonly Colleague Alice = new("alice@example.com", "Alice Admin", "admin", "violet-harbour-42-lamps");

    /// <summary>Looks after customers.</summary>
    public static readonly Colleague Bob = new("bob@example.com", "Bob Manager", "manager", "copper-meadow-17-kites");

    /// <summary>Only reads.</summary>
    public static readonly Colleague Carol = new("carol@example.com", "Carol Viewer", "viewer", "silent-orchard-88-drums");

    /// <summary>Well on the way: c1001 of the seeds.</summary>
    public static readonly Company TechCorp = new("c1001", "user@techcorp.com", "TechCorp", "techcorp-dev", "early-access-1", "Software", 25);

    /// <summary>Stuck: c1002 of the seeds.</summary>
    public static readonly Company DataFlow = new("c1002", "contact@dataflow.io", "DataFlow", "dataflow-team", "early-access-1", "Analytics", 15);

    /// <summary>New here.</summary>
    public static readonly Company Acme = new("c1003", "road@acme.test", "Acme", "acme-dev", "early-access-2", "Manufacturing", 120);
}

/// <summary>One of us, who signs in.</summary>
public sealed record Colleague(string Email, string Name, string Role, string Password);

/// <summary>A customer.</summary>
public sealed record Company(string Id, string Email, string Organization, string GitHub, string Cohort, string Industry, int TeamSize);
