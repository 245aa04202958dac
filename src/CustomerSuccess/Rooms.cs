using System.CommandLine;
using CustomerSuccess.Access;
using CustomerSuccess.Platform;

namespace CustomerSuccess;

/// <summary>The rooms of the house, lowest first. Adding a room is adding its lines here.</summary>
public static class Rooms
{
    /// <summary>Services, also for commands that run without a web server.</summary>
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        PlatformRoom.Add(services, settings);
        AccessRoom.Add(services, settings);
        Web.WebRoom.Add(services, settings);
    }

    /// <summary>Middleware, outermost first; routing, sign-in and permission checks come by themselves.</summary>
    public static void Use(WebApplication app)
    {
        PlatformRoom.Use(app);
        AccessRoom.Use(app);
    }

    /// <summary>Routes, each with its permission beside it.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        PlatformRoom.Map(app);
        AccessRoom.Map(app);
        Web.WebRoom.Map(app);
    }

    /// <summary>Commands of ./cs.</summary>
    public static void Commands(RootCommand root, CliHost host)
    {
        AccessRoom.Commands(root, host);
    }

    /// <summary>
    /// Before the web server listens, on a migrated database: the first admin, and with --demo the sample data.
    /// Answers with what the person who starts it must know: (what, value), printed under the address.
    /// </summary>
    public static async Task<IReadOnlyList<(string What, string Value)>> Prepare(IServiceProvider services, bool demo, CancellationToken ct)
    {
        return [.. await AccessRoom.Prepare(services, demo, ct)];
    }
}
