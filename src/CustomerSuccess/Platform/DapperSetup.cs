using System.Data;
using Dapper;

namespace CustomerSuccess.Platform;

/// <summary>Teaches Dapper what it does not know by itself: a <see cref="DateOnly"/> as a parameter.</summary>
public static class DapperSetup
{
    private static int done;

    public static void Once()
    {
        if (Interlocked.Exchange(ref done, 1) == 1) return;
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new DayHandler());
    }

    private sealed class DayHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override void SetValue(IDbDataParameter parameter, DateOnly value)
        {
            parameter.DbType = DbType.Date;
            parameter.Value = value;
        }

        public override DateOnly Parse(object value) => value is DateOnly day ? day : DateOnly.FromDateTime((DateTime)value);
    }
}
