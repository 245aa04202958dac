namespace CustomerSuccess.Platform.Kit;

/// <summary>Links that open a mail program.</summary>
public static class Mail
{
    /// <summary>The address alone: what follows a ? or &amp; in it would be headers of the mail (bcc, body).</summary>
    public static string To(string address) => "mailto:" + Uri.EscapeDataString(address).Replace("%40", "@", StringComparison.Ordinal);
}
