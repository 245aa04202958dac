using System.Net;
using System.Text.RegularExpressions;
using CustomerSuccess.Access.Users;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Access;

/// <summary>Our own people at the product's door: make them users, sign them in, send forms as a browser does.</summary>
public static class Staff
{
    /// <summary>Make a colleague a user of this house, once; answers with the id.</summary>
    public static async Task<string> Hire(this House house, Colleague who)
    {
        var made = await house.Services.GetRequiredService<AddUser>().Run(new(who.Email, who.Name, who.Role, who.Password), "cli", CancellationToken.None);
        if (made.Problem is not null) made.Problem.ShouldContain("already");
        return (await ListUsers.Run(house.Db, DateTime.UnixEpoch, CancellationToken.None)).Single(user => user.Email == who.Email).Id;
    }

    /// <summary>A signed-in client with its own cookies.</summary>
    public static async Task<HttpClient> As(this House house, Colleague who)
    {
        await house.Hire(who);
        var http = house.Client(new CookieContainer());
        var answer = await http.SignIn(who.Email, who.Password);
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        return http;
    }

    public static Task<HttpResponseMessage> SignIn(this HttpClient http, string email, string password, string returnUrl = "") =>
        http.Form("/sign-in", "/sign-in", ("Email", email), ("Password", password), ("ReturnUrl", returnUrl));

    /// <summary>Load a page, then send one of its forms.</summary>
    public static async Task<HttpResponseMessage> Form(this HttpClient http, string page, string action, params (string Name, string Value)[] fields)
    {
        var token = await http.Token(page);
        var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await http.PostAsync(action, form);
    }

    /// <summary>The form token of a page.</summary>
    public static async Task<string> Token(this HttpClient http, string page)
    {
        var found = Seen(await http.Page(page), "(?<=__RequestVerificationToken\" value=\")[^\"]+");
        found.ShouldNotBeEmpty($"{page} has no form");
        return found;
    }

    /// <summary>A page as a browser asks for it.</summary>
    public static async Task<string> Page(this HttpClient http, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Accept", "text/html" } } };
        return await (await http.SendAsync(request)).Content.ReadAsStringAsync();
    }

    /// <summary>The first match in a text, or nothing.</summary>
    public static string Seen(string text, string pattern) => Regex.Match(text, pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Value;

    /// <summary>A text without what differs from request to request.</summary>
    public static string Without(string text, string pattern) => Regex.Replace(text, pattern, "", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
