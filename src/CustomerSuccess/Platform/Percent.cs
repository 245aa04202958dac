namespace CustomerSuccess.Platform;

/// <summary>The arithmetic of every percentage shown: integer division, so 29 of 100 is 29 and never 28.</summary>
public static class Percent
{
    /// <summary>⌊100·part/whole⌋; 0 where the whole is 0.</summary>
    public static int Of(long part, long whole) => whole <= 0 ? 0 : (int)(100 * part / whole);

    /// <summary>100·part/whole with two decimals, half up (62.50); null where the whole is 0. May pass 100.</summary>
    public static decimal? Rate(long part, long whole) => whole <= 0 ? null : new decimal((long)((20_000 * (Int128)part + whole) / (2 * (Int128)whole))) / 100 + 0.00m;
}
