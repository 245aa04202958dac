namespace CustomerSuccess.Access;

/// <summary>The names of the policies a route can ask for. Each includes the ones above it, Ingest aside.</summary>
public static class Permissions
{
    /// <summary>May read: role viewer, manager or admin, or a key with scope read or admin.</summary>
    public const string Viewer = "viewer";

    /// <summary>May change customers, notes, blockers and drafts: role manager or admin, or a key with scope admin.</summary>
    public const string Manager = "manager";

    /// <summary>May do everything: role admin, or a key with scope admin.</summary>
    public const string Admin = "admin";

    /// <summary>May send events: a key with scope ingest or admin. Cookies are ignored.</summary>
    public const string Ingest = "ingest";

    /// <summary>May do what asks people for their password again: a key with scope admin. Cookies are ignored.</summary>
    public const string AdminKey = "admin-key";

    /// <summary>Someone who is signed in, whatever the role, to do something to their own account. Keys do not.</summary>
    public const string SignedIn = "signed-in";
}
