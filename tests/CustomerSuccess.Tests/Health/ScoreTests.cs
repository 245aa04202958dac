using CustomerSuccess.Health;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Tests.Health;

/// <summary>The arithmetic of scores and percentages, exactly.</summary>
public sealed class ScoreTests
{
    private static readonly DateOnly Day = new(2025, 5, 5);

    [Theory]
    [InlineData(false, 0b01111, 2, 7, 5, 65.75, 65, "needs_attention")]
    [InlineData(false, 0b00111, 1, 0, 0, 23, 23, "at_risk")]
    [InlineData(true, 0b11111, 2, 7, 5, 71.75, 71, "healthy")]
    [InlineData(true, 0b11111, 6, 10, 4, 85, 85, "champion")]
    [InlineData(true, 0b11111, 6, 100, 39, 84.75, 84, "healthy")]
    [InlineData(true, 0b11111, 2, 4, 6, 73, 73, "healthy")]
    [InlineData(true, 0b01111, 0, 0, 0, 30, 30, "at_risk")]
    public void Points_sum_to_the_raw_total_and_the_score_is_cut(bool completed, int steps, int days, int generated, int merged, double raw, int score, string status)
    {
        var made = ScoreHealth.Of(Facts(completed, steps, days, generated, merged, Day), HealthModel.EarlyAccess, Day);
        made.Lines.Sum(line => line.Points).ShouldBe((decimal)raw);
        (made.Raw, made.Score, made.Status).ShouldBe(((decimal)raw, score, status));
    }

    [Theory]
    [InlineData(29, "champion")]
    [InlineData(30, "inactive")]
    public void Thirty_days_of_silence_make_inactive_and_leave_the_score(int silent, string status)
    {
        var made = ScoreHealth.Of(Facts(completed: true, 0b11111, 6, 10, 4, Day.AddDays(-silent)), HealthModel.EarlyAccess, Day);
        (made.Score, made.Status, made.Band).ShouldBe((85, status, "champion"));
    }

    [Theory]
    [InlineData(70, 67, "rising")]
    [InlineData(70, 68, "steady")]
    [InlineData(70, 72, "steady")]
    [InlineData(70, 73, "declining")]
    [InlineData(70, null, "new")]
    public void The_trend_is_today_minus_a_week_ago(int today, int? before, string trend) => ScoreHealth.Trend(today, before).ShouldBe(trend);

    [Theory]
    [InlineData(9, 12, 75)]
    [InlineData(8, 12, 66)]
    [InlineData(7, 12, 58)]
    [InlineData(6, 12, 50)]
    [InlineData(39, 60, 65)]
    [InlineData(29, 100, 29)]
    [InlineData(2, 12, 16)]
    [InlineData(1, 12, 8)]
    [InlineData(3, 0, 0)]
    public void Percentages_are_cut_by_integer_division(int part, int whole, int percent) => Percent.Of(part, whole).ShouldBe(percent);

    private static HealthFacts Facts(bool completed, int steps, int days, int generated, int merged, DateOnly lastActive) =>
        new("c1001", new DateOnly(2025, 4, 1), steps, completed, days, lastActive, generated, merged, "");
}
