using System.CommandLine;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Access.Keys;
using CustomerSuccess.Access.Secrets;
using CustomerSuccess.Access.Users;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CustomerSuccess.Access;

/// <summary>Who may come in, as whom, and what is written down about it.</summary>
public static class AccessRoom
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(KeySettings.Read(settings));
        services.AddSingleton<KnownKeys>().AddSingleton<FailedTries>().AddSingleton<AuditLog>();
        services.AddSingleton(provider => new AuditSeal(Derived.Key(provider.GetRequiredService<Settings>().SecretOrGenerated(), "audit")));
        services.AddSingleton<CreateKey>().AddSingleton<RevokeKey>().AddSingleton<AddUser>().AddSingleton<ChangeUser>().AddSingleton<ConfirmPassword>().AddSingleton<Welcome>();
        services.AddHostedService<RecordKeyUse>();
        AddSessions(services);
        AddPolicies(services);
        services.AddSingleton<Limits>();
        services.Configure<ForwardedHeadersOptions>(headers => Proxies.Trust(headers, settings));
        services.AddAntiforgery(form =>
        {
            form.Cookie.Name = "cs-form";
            form.Cookie.SameSite = SameSiteMode.Strict;
            form.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            form.SuppressXFrameOptionsHeader = true;
        });
    }

    /// <summary>The guards in their order, after routing and static files and before every route.</summary>
    public static void Use(IApplicationBuilder app) => Limits.Use(app
        .UseForwardedHeaders()
        .UseMiddleware<SecurityHeaders>()
        .UseMiddleware<CrossOrigin>()
        .UseMiddleware<NamedOrigins>())
        .UseAuthentication()
        .UseAuthorization()
        .UseMiddleware<SameSite>()
        .UseAntiforgery();

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/sign-in", SignIn.Show).AllowAnonymous();
        app.MapPost("/sign-in", SignIn.Handle).AllowAnonymous().RequireRateLimiting(Limits.Credentials);
        app.MapPost("/sign-out", SignOut.Handle).RequireAuthorization(Permissions.SignedIn);
        app.MapGet("/first-admin", MakeFirstAdmin.Show).AllowAnonymous().RequireRateLimiting(Limits.Credentials);
        app.MapPost("/first-admin", MakeFirstAdmin.Handle).AllowAnonymous().RequireRateLimiting(Limits.Credentials);
        app.MapGet("/set-password", ChoosePassword.Show).AllowAnonymous().RequireRateLimiting(Limits.Credentials);
        app.MapPost("/set-password", ChoosePassword.Handle).AllowAnonymous().RequireRateLimiting(Limits.Credentials);
        app.MapGet("/settings", () => TypedResults.LocalRedirect("/settings/account")).RequireAuthorization(Permissions.SignedIn);
        app.MapGet("/settings/account", ChangePassword.Show).RequireAuthorization(Permissions.SignedIn);
        app.MapPost("/settings/account/password", ChangePassword.Handle).RequireAuthorization(Permissions.SignedIn).RequireRateLimiting(Limits.Credentials);
        app.MapGet("/settings/audit", ShowAudit.Handle).RequireAuthorization(Permissions.Admin);
        UserPages.Map(app.MapGroup("/settings/users"));
        KeyPages.Map(app.MapGroup("/settings/keys"));
    }

    public static void Commands(RootCommand root, CliHost host)
    {
        root.Add(UserCommands.Make(host));
        root.Add(KeyCommands.Make(host));
        root.Add(AuditCommands.Make(host));
    }

    /// <summary>The first way in, for the person who starts the server: (what, value).</summary>
    public static async Task<IReadOnlyList<(string What, string Value)>> Prepare(IServiceProvider services, bool demo, CancellationToken ct)
    {
        var (welcome, settings) = (services.GetRequiredService<Welcome>(), services.GetRequiredService<Settings>());
        if (demo)
        {
            var made = await welcome.PrepareDemo(ct);
            return [("Sign in", made.Email), ("Password", made.Password), ("API key", made.Key)];
        }

        var way = await welcome.Prepare(settings.Urls.Split(';')[0], ct);
        return way.Address is null ? [] : [("First admin", way.Address + "  (once, within 24 hours)")];
    }

    private static void AddSessions(IServiceCollection services)
    {
        // By a connection and not by the pool: EF Core would keep a model and services for each pool it has ever seen, for good.
        services.AddDbContext<AccessDb>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>().CreateConnection(), contextOwnsConnection: true));
        services.AddDataProtection().SetApplicationName("customer-success");
        services.AddSingleton<StoredKeys>().AddSingleton<SealXml>();
        services.AddOptions<KeyManagementOptions>().Configure<StoredKeys, SealXml>((keys, stored, seal) => (keys.XmlRepository, keys.XmlEncryptor) = (stored, seal));

        services.AddAuthentication(Schemes.Either)
            .AddPolicyScheme(Schemes.Either, null, either => either.ForwardDefaultSelector = context => KeyAuthentication.Presented(context.Request) ? Schemes.Key : Schemes.Cookie)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(Schemes.Key, null)
            .AddCookie(Schemes.Cookie, cookie =>
            {
                cookie.Cookie.Name = "cs-session";
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
                cookie.SlidingExpiration = true;
                cookie.Events = new CookieAuthenticationEvents { OnValidatePrincipal = SecurityStampValidator.ValidatePrincipalAsync };
            });
        // Identity clears this one when it ends a session; the second factor will use it.
        services.AddAuthentication().AddCookie(IdentityConstants.TwoFactorRememberMeScheme, cookie => cookie.Cookie.Name = "cs-second-factor");
        services.AddIdentityCore<User>()
            .AddUserStore<UserOnlyStore<User, AccessDb>>().AddClaimsPrincipalFactory<Sessions>().AddSignInManager();
        // A disabled user's session ends within this; so does one whose role or password changed.
        services.Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.FromSeconds(30));
    }

    private static void AddPolicies(IServiceCollection services)
    {
        services.AddSingleton<IAuthorizationHandler, MayHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>();
        services.AddAuthorizationBuilder()
            .AddPolicy(Permissions.Viewer, policy => policy.AddRequirements(new May(Permissions.Viewer)))
            .AddPolicy(Permissions.Manager, policy => policy.AddRequirements(new May(Permissions.Manager)))
            .AddPolicy(Permissions.Admin, policy => policy.AddRequirements(new May(Permissions.Admin)))
            .AddPolicy(Permissions.Ingest, policy => policy.AddAuthenticationSchemes(Schemes.Key).AddRequirements(new May(Permissions.Ingest)))
            .AddPolicy(Permissions.AdminKey, policy => policy.AddAuthenticationSchemes(Schemes.Key).AddRequirements(new May(Permissions.Admin)))
            .AddPolicy(Permissions.SignedIn, policy => policy.AddAuthenticationSchemes(Schemes.Cookie).RequireAuthenticatedUser())
            // A route that names no policy is a mistake, and open to nobody.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build());
    }
}
