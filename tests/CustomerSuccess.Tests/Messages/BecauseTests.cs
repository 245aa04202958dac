using System.Text.Json;
using CustomerSuccess.Messages.Log;
using CustomerSuccess.Messages.Outbox;

namespace CustomerSuccess.Tests.Messages;

public sealed class BecauseTests
{
    [Theory]
    [InlineData(Kinds.FirstPr, """{"event":"d-2"}""", "made because the first pull request is made (event d-2)")]
    [InlineData(Kinds.BlockerNotice, """{"event":"b-1"}""", "made because a blocker is recorded, or becomes another one (event b-1)")]
    [InlineData(Kinds.WeeklySummary, """{"from":"2025-04-28"}""", "made by the schedule “Weekly summary”")]
    [InlineData(Kinds.AtRiskAlert, "{}", "made by the schedule “At-risk digest”")]
    [InlineData(Kinds.Welcome, """{"test":{"customer":"c1","words":null}}""", "made as a test that somebody asked for")]
    [InlineData(Kinds.Welcome, "{}", "made, and put into the queue")]
    [InlineData("of_somebody_else", """{"event":7}""", "made, and put into the queue")]
    public void Every_message_says_what_it_was_made_for(string kind, string facts, string words) => Because.Of(kind, JsonElement.Parse(facts)).ShouldBe(words);
}
