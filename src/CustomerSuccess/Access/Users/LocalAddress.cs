namespace CustomerSuccess.Access.Users;

/// <summary>Where to go after a form: only to our own pages.</summary>
public static class LocalAddress
{
    /// <summary>The address if it is a path of this site; //host, /\host and anything with control characters are not.</summary>
    public static string Or(string? address, string otherwise) =>
        address is ['/', ..] && !(address.Length > 1 && address[1] is '/' or '\\') && !address.Any(char.IsControl) && !address.Contains('\\', StringComparison.Ordinal) ? address : otherwise;
}
