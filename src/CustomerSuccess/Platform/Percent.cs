namespace CustomerSuccess.Platform;

/// <summary>The arithmetic of every percentage shown: integer division, so 29 of 100 is 29 and never 28.</summary>
public static class Percent
{
    /// <summary>⌊100·part/whole⌋; 0 where the whole is 0.</summary>
    public static int Of(long part, long whole) => whole <= 0 ? 0 : (int)(100 * part / whole);
}
