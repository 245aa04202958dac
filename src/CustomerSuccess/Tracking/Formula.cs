namespace CustomerSuccess.Tracking;

/// <summary>
/// Text that a spreadsheet would run (it starts with = + - @, also full width, a tab or a line break) gets a ' in front.
/// https://owasp.org/www-community/attacks/CSV_Injection
/// </summary>
public static class Formula
{
    public static string Safe(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠' ? "'" + text : text;
}
