using CustomerSuccess.Engagement;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Export;

namespace CustomerSuccess.Tests.Tracking;

public sealed class BookTests
{
    [Fact]
    public void Combined_metrics_of_the_samples_are_the_golden_rows()
    {
        var rows = Samples.Text(CombinedMetrics.Table, Combined(Samples.Book(), Samples.Day)).Split('\n');
        rows[1].ShouldBe("c1001,Acme Inc,VIP,2025-05-01,no,80,,,12,7,5,71,2,65,needs_attention");
        rows[2].ShouldBe("c1002,TechCorp,VIP,2025-05-03,no,60,,github_config,3,0,0,0,1,23,at_risk");
    }

    [Fact]
    public void The_fifth_step_completes_the_onboarding_for_good()
    {
        var (book, now) = Samples.Book().UpdateStep("c1001", OnboardingSteps.FirstPrGenerated, done: true, new DateOnly(2025, 5, 6));
        now.CompletedDate.ShouldBe(new DateOnly(2025, 5, 6));
        now.DaysToComplete.ShouldBe(5);
        var row = Combined(book, new DateOnly(2025, 5, 6))[0];
        (row.Health.Raw, row.Health.Score, row.Health.Status).ShouldBe((71.75m, 71, "healthy"));
        row.Account.Totals.Counts.PrsGenerated.ShouldBe(7);

        // A replay changes nothing; a reset lowers the steps, not the completion.
        book.UpdateStep("c1001", OnboardingSteps.FirstPrGenerated, done: true, new DateOnly(2025, 6, 1)).Book.ShouldBeSameAs(book);
        var (_, reset) = book.UpdateStep("c1001", OnboardingSteps.WelcomeEmailSent, done: false, new DateOnly(2025, 6, 1));
        reset.Steps.ShouldBe(0b11110);
        reset.CompletedDate.ShouldBe(new DateOnly(2025, 5, 6));
    }

    [Fact]
    public void The_engagement_report_sums_the_window()
    {
        var asOf = new DateOnly(2025, 5, 4);
        var from = EngagementReport.Start(2, asOf);
        var report = EngagementReport.Of(Samples.Book().Accounts(from, asOf), from, asOf);
        report.Lines[0].Counts.ShouldBe(new Counts(7, 4, 3, 1, 0));
        report.Lines[0].Counts.SuccessRate.ShouldBe(75);
        report.Lines[1].Counts.ShouldBe(new Counts(3, 0, 0, 0, 2));
        report.Total.ShouldBe(new Counts(10, 4, 3, 1, 2));
        report.Total.SuccessRate.ShouldBe(75);
    }

    [Fact]
    public void The_onboarding_report_counts_steps()
    {
        var report = OnboardingReport.Of(Samples.Book().Accounts(DateOnly.MinValue, Samples.Day), Samples.Day);
        report.StepCounts.ShouldBe([2, 2, 2, 1, 0]);
        (report.Completed, report.Total, report.CompletionRate).ShouldBe((0, 2, 0));
        report.Lines.Select(line => (line.Percentage, line.Stage, line.Days, line.BlockerType)).ShouldBe([(80, "initial_adoption", 4, ""), (60, "onboarding", 2, "github_config")]);
    }

    [Fact]
    public void Ids_are_never_given_twice()
    {
        var book = Samples.Book();
        book = book with { Customers = [book.Customers[0]] };
        var (after, added) = book.AddCustomer(book.Customers[0] with { Email = "new@example.com" });
        added.Id.ShouldBe("c1003", "c1002 is gone from customers.csv but its rows are not");
        after.Onboarding[^1].ShouldBe(new OnboardingRow("o1003", "c1003", 0, null, null, "", ""));
        after.Engagement.ShouldBeSameAs(book.Engagement);
    }

    [Fact]
    public void Unknown_customers_and_taken_emails_are_refused()
    {
        var book = Samples.Book();
        Should.Throw<Trouble>(() => book.UpdateStep("c9", OnboardingSteps.AccountCreated, done: true, Samples.Day)).Message.ShouldContain("c9");
        Should.Throw<Trouble>(() => book.Record("c9", Samples.Day, Counts.Zero));
        Should.Throw<Trouble>(() => book.Block("c9", "x", null));
        Should.Throw<Trouble>(() => book.AddCustomer(book.Customers[0] with { Email = "JOHN@example.com" })).Message.ShouldContain("c1001");
    }

    [Fact]
    public void A_blocker_is_recorded_and_cleared_and_its_notes_stay()
    {
        var (book, now) = Samples.Book().Block("c1001", "sso", "waits for their IT");
        (now.BlockerType, now.Notes).ShouldBe(("sso", "waits for their IT"));
        (now.Id, book.Unblock("c1001").Now.Notes).ShouldBe(("o1001", "waits for their IT"));
    }

    [Fact]
    public void An_all_zero_row_is_not_activity_and_churned_customers_are_not_counted()
    {
        var (book, added) = Samples.Book().Record("c1002", new DateOnly(2025, 5, 5), Counts.Zero);
        added.Id.ShouldBe("e1004");
        book = book with { Customers = [book.Customers[0] with { Status = "churned" }, book.Customers[1]] };
        var accounts = book.Accounts(DateOnly.MinValue, Samples.Day).ToList();
        accounts[1].Totals.DaysActive.ShouldBe(1);
        OnboardingReport.Of(accounts, Samples.Day).Total.ShouldBe(1);
    }

    [Theory]
    [InlineData("=SUM(A1)", "'=SUM(A1)")]
    [InlineData("+1", "'+1")]
    [InlineData("-x", "'-x")]
    [InlineData("@cmd", "'@cmd")]
    [InlineData("\tx", "'\tx")]
    [InlineData("a=b", "a=b")]
    [InlineData("\n=1+1", "'\n=1+1")]
    [InlineData("＝1+1", "'＝1+1")]
    public void A_cell_that_a_spreadsheet_would_run_is_made_safe(string text, string cell) => Formula.Safe(text).ShouldBe(cell);

    [Fact]
    public void Ids_are_ordered_as_people_count() =>
        new[] { "c10", "c2", "e-c2-20250101", "c02", "b", "c1001", "c" }.Order(Comparer<string>.Create(Ids.Compare)).ShouldBe(["b", "c", "c02", "c2", "c10", "c1001", "e-c2-20250101"]);

    private static List<CombinedMetrics> Combined(Book book, DateOnly day) =>
        book.Accounts(DateOnly.MinValue, day).Select(account => CombinedMetrics.Of(account, HealthModel.EarlyAccess, day)).ToList();
}
