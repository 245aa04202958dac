using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Onboarding;

/// <summary>How far a customer is.</summary>
public static class GetOnboarding
{
    /// <summary>The five steps with when and by what source, percentage, stage, completion and blocker.</summary>
    public static async Task<Results<Ok<OnboardingRecord>, NotFound>> Handle(string id, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await OnboardingRecord.Read(connection, null, id, ct) is { } record ? TypedResults.Ok(record) : TypedResults.NotFound();
    }
}
