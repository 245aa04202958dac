using System.Data;
using Dapper;

namespace CustomerSuccess.Platform;

/// <summary>
/// What Dapper must be told once: columns named like_this fill members named LikeThis, and a record's constructor may take
/// days and arrays, which Npgsql announces under types of its own.
/// </summary>
public static class DapperSetup
{
    private static int done;

    public static void Once()
    {
        if (Interlocked.Exchange(ref done, 1) == 1) return;
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        foreach (var type in (Type[])[typeof(DateOnly), typeof(DateOnly[]), typeof(string[]), typeof(int[]), typeof(long[])])
        {
            SqlMapper.AddTypeHandler(type, new AsItIs());
        }
    }

    // Npgsql reads and writes all of them by itself; Dapper only has to stay out of the way.
    private sealed class AsItIs : SqlMapper.ITypeHandler
    {
        public void SetValue(IDbDataParameter parameter, object? value) => parameter.Value = value ?? DBNull.Value;

        public object? Parse(Type destinationType, object? value) => value is DBNull ? null : value;
    }
}
