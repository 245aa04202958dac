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

    /// <summary>Well on the way: four of five steps, pull requests merged. The first sample customer of the CSV files.</summary>
    public static readonly Company Acme = new("c1001", "john@example.com", "Acme Inc", "acme-dev", "VIP", "SaaS", 12);

    /// <summary>Stuck on permissions with three steps. The second sample customer.</summary>
    public static readonly Company TechCorp = new("c1002", "sarah@example.com", "TechCorp", "techcorp-dev", "VIP", "FinTech", 25);

    /// <summary>New here, with a name that needs care.</summary>
    public static readonly Company Obrien = new("c1003", "siobhan@obrien.example", "O'Brien & Søn \"Ltd\"", "obrien-son", "Beta", "Logistics", 4);
}

/// <summary>One of us, who signs in.</summary>
public sealed record Colleague(string Email, string Name, string Role, string Password);

/// <summary>A customer.</summary>
public sealed record Company(string Id, string Email, string Organization, string GitHub, string Cohort, string Industry, int TeamSize);
