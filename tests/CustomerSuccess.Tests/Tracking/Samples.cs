using System.Text;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tests.Tracking;

/// <summary>The sample files of the early access program, and folders to try things in.</summary>
internal static class Samples
{
    public const string Customers = """
        id,email,organization,github_username,signup_date,cohort,industry,team_size,status
        c1001,john@example.com,Acme Inc,acme-dev,2025-05-01,VIP,SaaS,12,active
        c1002,sarah@example.com,TechCorp,techcorp-dev,2025-05-03,VIP,FinTech,25,active

        """;

    public const string Onboarding = """
        id,customer_id,welcome_email_sent,account_created,github_action_installed,first_issue_tagged,first_pr_generated,completed_date,days_to_complete,blocker_type,notes
        o1001,c1001,true,true,true,true,false,,,,Authentication issues resolved
        o1002,c1002,true,true,true,false,false,,,github_config,Needs help with repository permissions

        """;

    public const string Engagement = """
        id,customer_id,date,issues_tagged,prs_generated,prs_merged,prs_rejected,support_requests
        e1001,c1001,2025-05-02,5,3,2,1,1
        e1002,c1001,2025-05-03,7,4,3,1,0
        e1003,c1002,2025-05-04,3,0,0,0,2

        """;

    public static readonly DateOnly Day = new(2025, 5, 5);

    public static Book Book() => Read(Customers, Onboarding, Engagement);

    public static Book Read(string customers, string onboarding, string engagement)
    {
        var errors = new List<RowError>();
        var book = Read(customers, onboarding, engagement, errors);
        errors.ShouldBeEmpty();
        return book;
    }

    /// <summary>Everything that is wrong with three files, as it is shown.</summary>
    public static IReadOnlyList<string> Errors(string? customers = null, string? onboarding = null, string? engagement = null)
    {
        var errors = new List<RowError>();
        Read(customers ?? Customers, onboarding ?? Onboarding, engagement ?? Engagement, errors);
        return errors.ConvertAll(error => error.ToString());
    }

    public static string Text<T>(TableFormat<T> table, IEnumerable<T> rows)
    {
        using var file = new MemoryStream();
        WriteTable.To(file, table, rows);
        return Encoding.UTF8.GetString(file.ToArray());
    }

    /// <summary>A new folder with the samples in it.</summary>
    public static string Folder(bool empty = false)
    {
        var folder = Directory.CreateTempSubdirectory("cs-folder-").FullName;
        if (empty) return folder;
        File.WriteAllText(Path.Combine(folder, "customers.csv"), Customers);
        File.WriteAllText(Path.Combine(folder, "onboarding.csv"), Onboarding);
        File.WriteAllText(Path.Combine(folder, "engagement.csv"), Engagement);
        return folder;
    }

    private static Book Read(string customers, string onboarding, string engagement, List<RowError> errors)
    {
        using var files = new OpenFiles(Bytes(customers), Bytes(onboarding), Bytes(engagement));
        return files.Book(errors);
    }

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}
