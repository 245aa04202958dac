using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>409 with the reason in words.</summary>
public static class Conflicts
{
    public static Conflict<ProblemDetails> With(string why) => TypedResults.Conflict(new ProblemDetails { Title = "Not now", Detail = why, Status = StatusCodes.Status409Conflict });
}
