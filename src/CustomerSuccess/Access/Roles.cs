namespace CustomerSuccess.Access;

/// <summary>What a user is here: reads; also changes customers and tasks; also runs the place.</summary>
public static class Roles
{
    public const string Viewer = "viewer";
    public const string Manager = "manager";
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Admin, Manager, Viewer];
}
