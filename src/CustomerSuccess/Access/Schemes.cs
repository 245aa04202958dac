namespace CustomerSuccess.Access;

/// <summary>The ways to say who one is.</summary>
public static class Schemes
{
    /// <summary>The key where one is presented, else the cookie.</summary>
    public const string Either = "either";

    public const string Key = "key";

    /// <summary>The sign-in cookie; the name ASP.NET Core Identity uses.</summary>
    public const string Cookie = "Identity.Application";
}
