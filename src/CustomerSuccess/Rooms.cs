namespace CustomerSuccess;

/// <summary>The rooms of the house, lowest first. Adding a room is adding its two lines here.</summary>
public static class Rooms
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        _ = services;
        _ = settings;
    }

    public static void Map(IEndpointRouteBuilder app) => _ = app;
}
