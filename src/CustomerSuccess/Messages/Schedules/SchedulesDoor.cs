using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>What is sent by the clock: weekly summaries, re-engagement, the at-risk digest.</summary>
public static class SchedulesDoor
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<CarryOutRun>().AddSingleton<RunSchedules>().AddSingleton<RunNow>().AddSingleton<ChangeSchedule>();
        services.AddHostedService(all => all.GetRequiredService<RunSchedules>());
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/schedules").WithTags("Messages");
        api.MapGet("", ListSchedules.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapGet("{name}", ListSchedules.HandleOne).RequireAuthorization(Permissions.Viewer);
        api.MapPatch("{name}", ChangeSchedule.Handle).RequireAuthorization(Permissions.Admin);
        api.MapPost("{name}/runs", RunNow.Handle).RequireAuthorization(Permissions.Admin);
        app.MapGet("/api/v1/customers/{id}/passed-over", WhyPassedOver.Handle).OfCustomer().RequireAuthorization(Permissions.Viewer).WithTags("Messages");
        SchedulePages.Map(app);
    }
}
