using System.Text;
using CustomerSuccess.Engagement;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Csv;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerSuccess.Tests.Tracking;

public sealed class CsvTests
{
    [Fact]
    public void The_sample_files_are_written_as_they_were_read()
    {
        var book = Samples.Book();
        Samples.Text(Tables.Customers, book.Customers).ShouldBe(Samples.Customers);
        Samples.Text(Tables.Onboarding, book.Onboarding).ShouldBe(Samples.Onboarding);
        Samples.Text(Tables.Engagement, book.Engagement).ShouldBe(Samples.Engagement);
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_are_read_and_not_written()
    {
        var book = Samples.Read("\uFEFF" + Samples.Customers.Replace("\n", "\r\n"), Samples.Onboarding, Samples.Engagement);
        Samples.Text(Tables.Customers, book.Customers).ShouldBe(Samples.Customers);
    }

    [Fact]
    public void An_empty_table_keeps_its_header() =>
        Samples.Text(Tables.Engagement, []).ShouldBe("id,customer_id,date,issues_tagged,prs_generated,prs_merged,prs_rejected,support_requests\n");

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData(" spaces around ", " spaces around ")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "=1+1")]
    [InlineData("Zoë 🚀", "Zoë 🚀")]
    public void Quotes_stand_only_where_they_are_needed(string notes, string cell)
    {
        var row = Samples.Book().Onboarding[0] with { Notes = notes };
        Samples.Text(Tables.Onboarding, [row]).ShouldEndWith($",,,,{cell}\n");
    }

    [Fact]
    public void Any_text_survives_the_file()
    {
        var texts = ArbMap.Default.GeneratorFor<string>().Where(text => text is not null && Fields.Text("notes", text, Fields.Notes) is null);
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            var rows = new[] { Samples.Book().Onboarding[0] with { Notes = text } };
            using var file = new MemoryStream(Encoding.UTF8.GetBytes(Samples.Text(Tables.Onboarding, rows)));
            return new ReadTable([]).Rows(Tables.Onboarding, file).Select(line => line.Row).SequenceEqual(rows);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Booleans_are_read_in_any_case() =>
        Samples.Read(Samples.Customers, Samples.Onboarding.Replace("true,true,true,true,false", "TRUE,True,true,tRUE,FALSE"), Samples.Engagement)
            .Onboarding[0].Steps.ShouldBe(0b01111);

    [Fact]
    public void Every_error_is_listed_with_its_file_and_line()
    {
        var errors = Samples.Errors(
            Samples.Customers + "c1003,not-an-email,\"Two\nlines\",x,2025-02-30,,,many,gone\nc1001,else@example.com,Again,x,2025-05-01,,,1,active\nc1004,JOHN@example.com,Copy,x,2025-05-01,,,1,active\nc9,a\n",
            Samples.Onboarding + "o1003,c7777,yes,true,true,true,true,,,,\n",
            Samples.Engagement + "e1003,c1002,2025-05-04,-1,1.5,0,0,\n");
        errors.ShouldBe([
            "customers.csv:4: email 'not-an-email' is not an address like name@example.com",
            "customers.csv:4: signup_date '2025-02-30' is not a day like 2025-05-01",
            "customers.csv:4: team_size 'many' is not a whole number from 0 to 10000000",
            "customers.csv:4: status 'gone' is none of active, paused, churned",
            "customers.csv:6: duplicate id 'c1001', first on line 2",
            "customers.csv:7: duplicate email 'JOHN@example.com', first on line 2",
            "customers.csv:8: 2 cells where the header has 9",
            "onboarding.csv:4: welcome_email_sent 'yes' is neither true nor false",
            "onboarding.csv:4: unknown customer 'c7777': customers.csv has no such id",
            "engagement.csv:5: issues_tagged '-1' is not a whole number from 0 to 1000000000",
            "engagement.csv:5: prs_generated '1.5' is not a whole number from 0 to 1000000000",
            "engagement.csv:5: support_requests '' is not a whole number from 0 to 1000000000",
            "engagement.csv:5: duplicate id 'e1003', first on line 4",
        ], ignoreOrder: true);
    }

    [Fact]
    public void A_wrong_header_is_named()
    {
        Samples.Errors(engagement: Samples.Engagement.Replace("prs_merged", "merged")).ShouldHaveSingleItem().ShouldStartWith("engagement.csv:1: wrong header (it misses prs_merged)");
        Samples.Errors(engagement: "").ShouldHaveSingleItem().ShouldStartWith("engagement.csv:1: the file is empty");
    }

    [Theory]
    [InlineData("x\"y", "a quote stands inside a cell that is not quoted")]
    [InlineData("\"x\"y", "text follows a closing quote")]
    [InlineData("\"never closed", "a quote that opens here is never closed")]
    [InlineData("a\0b", "notes holds a NUL character")]
    public void A_broken_cell_is_named(string cell, string problem) =>
        Samples.Errors(onboarding: Samples.Onboarding + $"o1003,c1001,true,true,true,true,true,,,,{cell}\n").ShouldContain(error => error.StartsWith("onboarding.csv:4: " + problem));

    [Fact]
    public void Huge_cells_are_refused_and_a_lost_quote_does_not_swallow_the_memory()
    {
        Samples.Errors(onboarding: Samples.Onboarding + $"o1003,c1001,true,true,true,true,true,,,,{new string('x', 20_000)}\n").ShouldContain("onboarding.csv:4: notes is longer than 10000 characters");
        Samples.Errors(onboarding: Samples.Onboarding + $"o1003,c1001,true,true,true,true,true,,,,\"{string.Concat(Enumerable.Repeat("line\n", 100_000))}\n").ShouldNotBeEmpty();
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_named_with_their_line()
    {
        var text = Encoding.UTF8.GetBytes(Samples.Customers);
        text[Samples.Customers.IndexOf("TechCorp", StringComparison.Ordinal)] = 0xff;
        var errors = new List<RowError>();
        _ = new ReadTable(errors).Rows(Tables.Customers, new MemoryStream(text)).ToList();
        errors.ShouldHaveSingleItem().ToString().ShouldBe("customers.csv:3: the row has bytes that are not UTF-8; save the file as UTF-8");
    }

    [Fact]
    public void An_id_made_for_a_day_means_that_day_only() =>
        Samples.Errors(engagement: Samples.Engagement + "e-c1001-20250502,c1001,2025-05-03,1,0,0,0,0\n")
            .ShouldHaveSingleItem().ShouldBe("engagement.csv:5: the id e-c1001-20250502 names another customer or day than its row");
}
