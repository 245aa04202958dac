using CustomerSuccess.Events.Dialects;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerSuccess.Tests.Events.Dialects;

public sealed class EventNameTests
{
    [Theory]
    [InlineData("Order Completed", "order_completed")]
    [InlineData("orderCompleted", "order_completed")]
    [InlineData("API Key Created", "api_key_created")]
    [InlineData("APIKeyCreated", "api_key_created")]
    [InlineData("$autocapture", "autocapture")]
    [InlineData("checkout/step-2: paid!", "checkout_step_2_paid")]
    [InlineData("  spaced   out  ", "spaced_out")]
    [InlineData("2nd visit", "event_2nd_visit")]
    [InlineData("Über uns", "uber_uns")]
    [InlineData("s3Upload", "s3_upload")]
    [InlineData("PR merged", "pr_merged")]
    [InlineData("customer_created", "posthog_customer_created")]
    [InlineData("Onboarding Completed", "posthog_onboarding_completed")]
    [InlineData("alias", "posthog_alias")]
    public void A_name_becomes_a_type(string name, string type) => EventName.Type(name, "posthog").ShouldBe(type);

    [Fact]
    public void Names_that_lose_letters_stay_apart()
    {
        EventName.Type("購入", "segment").ShouldMatch("^event_[0-9a-f]{8}$");
        EventName.Type("購入", "segment").ShouldNotBe(EventName.Type("閲覧", "segment"));
        EventName.Type("🎉", "segment").ShouldNotBe(EventName.Type("🚀", "segment"));
        EventName.Type(new string('a', 150), "segment").ShouldNotBe(EventName.Type(new string('a', 151), "segment"));
    }

    [Fact]
    public void Whatever_the_name_the_type_is_one_of_ours()
    {
        Prop.ForAll<NonNull<string>>(name => Right(EventName.Type(name.Get, "segment"))).QuickCheckThrowOnFailure();
        Prop.ForAll(Gen.Choose(0, 0xffff).Select(n => (char)n).ArrayOf().ToArbitrary(), letters => Right(EventName.Type(new string(letters), "umami"))).QuickCheckThrowOnFailure();

        static bool Right(string type) => type.Length is > 0 and <= 100 && type[0] is >= 'a' and <= 'z' && type.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_');
    }
}
