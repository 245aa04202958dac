namespace CustomerSuccess.Tracking;

/// <summary>
/// Text that a spreadsheet would run (it starts with = + - @, a tab or a carriage return) gets a ' in front.
/// https://owasp.org/www-community/attacks/CSV_Injection
/// </summary>
public static class Formula
{
    public static string Safe(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
}
