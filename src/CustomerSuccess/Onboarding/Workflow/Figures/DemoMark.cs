using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>Whether the customers of this database are made up, as serve --demo makes them: figures say so.</summary>
public static class DemoMark
{
    public static Task<bool> Is(NpgsqlConnection connection, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from settings where name = 'demo')", cancellationToken: ct));
}
