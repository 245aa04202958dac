using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Platform.Http;

/// <summary>A form without any of its fields is bound as null, whatever its handler's signature says. It is the sender's mistake: 400.</summary>
public static class EmptyForm
{
    /// <summary>The routes mapped on the result, each that takes a form with this check; the others as they are.</summary>
    public static IEndpointRouteBuilder Refused(IEndpointRouteBuilder app)
    {
        var all = app.MapGroup("");
        all.AddEndpointFilterFactory(static (route, next) =>
        {
            var parameters = route.MethodInfo.GetParameters();
            var form = Array.FindIndex(parameters, Needed);
            if (form < 0) return next;
            return call => call.Arguments[form] is not null ? next(call)
                : ValueTask.FromResult<object?>(TypedResults.Problem("None of the form's fields was sent.", statusCode: StatusCodes.Status400BadRequest));
        });
        return all;
    }

    private static bool Needed(ParameterInfo parameter) =>
        parameter.GetCustomAttribute<FromFormAttribute>() is not null && new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.NotNull;
}
