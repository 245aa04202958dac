using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Health;

/// <summary>Scores of up to 50 customers at once.</summary>
public static class GetHealthBatch
{
    public sealed record Request([property: Required, MinLength(1), MaxLength(50)] string[] CustomerIds);

    public sealed record Answers(IReadOnlyList<GetHealth.Answer> Results, IReadOnlyList<string> Unknown);

    /// <summary>Scores with their proof; ids that do not exist are listed as unknown.</summary>
    public static async Task<Ok<Answers>> Handle(Request request, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var wanted = request.CustomerIds.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var results = await GetHealth.Run(db, wanted, null, clock, ct);
        return TypedResults.Ok(new Answers(results, [.. wanted.Except(results.Select(one => one.CustomerId), StringComparer.Ordinal)]));
    }
}
