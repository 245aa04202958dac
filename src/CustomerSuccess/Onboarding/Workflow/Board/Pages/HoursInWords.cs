using System.Globalization;
using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Onboarding.Workflow.Board.Pages;

/// <summary>Hours as a page says them: 3.5 h, 6 days 4 h; a dash where nobody knows.</summary>
public static class HoursInWords
{
    public static string Of(decimal? hours) => hours switch
    {
        null => "–",
        < 48 => hours.Value.ToString("0.0", CultureInfo.InvariantCulture) + " h",
        _ => Words.Took((double)hours.Value * 3600),
    };
}
