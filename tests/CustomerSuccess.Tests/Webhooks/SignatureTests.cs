using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CustomerSuccess.Webhooks.GitHub;
using CustomerSuccess.Webhooks.Stripe;

namespace CustomerSuccess.Tests.Webhooks;

public sealed class SignatureTests
{
    private const string Secret = "It's a Secret to Everybody";
    private const string Good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    private static readonly byte[] Body = "Hello, World!"u8.ToArray();

    [Fact]
    public void GitHubs_own_vector_is_right() => GitHubSignature.Problem(Good, Body, [Secret]).ShouldBeNull();

    [Fact]
    public void One_of_several_secrets_is_enough_while_it_is_rolled()
    {
        GitHubSignature.Problem(Good, Body, ["the new secret", Secret]).ShouldBeNull();
        GitHubSignature.Problem(Good, Body, ["the new secret"]).ShouldBe("bad_signature");
        GitHubSignature.Problem(Good, Body, []).ShouldBe("bad_signature");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_signature_that_is_said(string? header) => GitHubSignature.Problem(header, Body, [Secret]).ShouldBe("no_signature");

    [Theory]
    [InlineData("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha1=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("SHA256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha256=757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17")]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1")]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e177")]
    [InlineData("sha256= 57107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha256=857107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha256=")]
    [InlineData("sha256=é57107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    public void Anything_else_is_a_forgery(string header) => GitHubSignature.Problem(header, Body, [Secret]).ShouldBe("bad_signature");

    private const string Whsec = "whsec_test_secret";
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static long At(int secondsAgo) => Now.ToUnixTimeSeconds() - secondsAgo;

    private static string V1(long t, string secret = Whsec, string body = "{}") =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{t}.{body}"))));

    [Theory]
    [InlineData(0, null)]
    [InlineData(299, null)]
    [InlineData(300, null)]
    [InlineData(301, "too_old")]
    [InlineData(86_400, "too_old")]
    [InlineData(-1, null)]
    [InlineData(-86_400, null)]
    public void Stripes_signature_holds_for_three_hundred_seconds_and_a_clock_ahead_is_believed(int age, string? problem) =>
        Judge($"t={At(age)},v1={V1(At(age))}").ShouldBe(problem);

    [Fact]
    public void Stripe_may_sign_with_several_secrets_in_any_order()
    {
        var (t, good, other) = (At(5), V1(At(5)), V1(At(5), "whsec_other"));
        Judge($"t={t},v1={other},v1={good}").ShouldBeNull();
        Judge($"v1={good},t={t}").ShouldBeNull();
        Judge($"v0={other},t={t},scheme=x,v1={good}").ShouldBeNull();
        StripeSignature.Problem($"t={t},v1={good}", "{}"u8, ["whsec_new", Whsec], Now).ShouldBeNull();
    }

    [Theory]
    [InlineData("t={t}, v1={v1}")]
    [InlineData("t={t},v1= {v1}")]
    [InlineData("t={t},V1={v1}")]
    [InlineData("t={t},v0={v1}")]
    [InlineData("t={t},v1={V1}")]
    [InlineData("t={t}")]
    [InlineData("v1={v1}")]
    [InlineData("t=,v1={v1}")]
    [InlineData("t=+{t},v1={v1}")]
    [InlineData("t={t}0,v1={v1}")]
    [InlineData("t={t},v1={v1}0")]
    [InlineData("t={t},v1=")]
    [InlineData("t={t};v1={v1}")]
    [InlineData("{v1}")]
    [InlineData("t=99999999999999999999,v1={v1}")]
    [InlineData("t={t},v1={other}")]
    public void Any_other_header_of_Stripe_is_a_forgery(string header) => Judge(header
        .Replace("{t}", At(5).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{v1}", V1(At(5)), StringComparison.Ordinal)
        .Replace("{V1}", V1(At(5)).ToUpperInvariant(), StringComparison.Ordinal).Replace("{other}", V1(At(5), "whsec_other"), StringComparison.Ordinal)).ShouldBe("bad_signature");

    [Fact]
    public void A_body_that_was_changed_is_a_forgery() => StripeSignature.Problem($"t={At(5)},v1={V1(At(5))}", "{ }"u8, [Whsec], Now).ShouldBe("bad_signature");

    private static string? Judge(string header) => StripeSignature.Problem(header, "{}"u8, [Whsec], Now);
}
