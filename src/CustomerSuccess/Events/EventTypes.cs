namespace CustomerSuccess.Events;

/// <summary>Types the product itself acts on. Any other type is kept, shown and countable.</summary>
public static class EventTypes
{
    public const string CustomerCreated = "customer_created";
    public const string CustomerUpdated = "customer_updated";
    public const string PersonUpdated = "person_updated";
    public const string Signup = "signup";
    public const string ApiKeyCreated = "api_key_created";
    public const string ApiCall = "api_call";
    /// <summary>Calls of ours that a customer's key was refused, some together: status, calls, since.</summary>
    public const string ApiCallsFailed = "api_calls_failed";
    public const string StepPrefix = "onboarding_step_";
    public const string StepReset = "onboarding_step_reset";
    public const string OnboardingCompleted = "onboarding_completed";
    public const string Blocked = "onboarding_blocked";
    public const string Unblocked = "onboarding_unblocked";
    public const string EngagementRecorded = "engagement_recorded";
    public const string IssueTagged = "issue_tagged";
    public const string PrGenerated = "pr_generated";
    public const string PrMerged = "pr_merged";
    public const string PrRejected = "pr_rejected";
    public const string IssueResolution = "issue_resolution";
    public const string SupportRequest = "support_request";
    public const string NoteAdded = "note_added";
    public const string NoteRemoved = "note_removed";
    public const string NoteRestored = "note_restored";
    public const string HealthChanged = "health_changed";
    /// <summary>Once for a customer and milestone: milestone, title, words, rule, points, badge, by, celebrated.</summary>
    public const string MilestoneReached = "milestone_reached";
    /// <summary>A late event told of an earlier day: milestone, title, before.</summary>
    public const string MilestoneRestated = "milestone_restated";
    public const string PaymentSucceeded = "payment_succeeded";
    public const string PaymentFailed = "payment_failed";
    public const string SubscriptionChanged = "subscription_changed";
    public const string PageView = "page_view";
    /// <summary>A message of ours was sent: message_id, kind, topic, channel.</summary>
    public const string EmailSent = "email_sent";
    public const string IdentityLinked = "identity_linked";
    public const string IdentityUnlinked = "identity_unlinked";

    /// <summary>A decision that a link led to is taken back with it; the type it takes back in front.</summary>
    public const string WithdrawnSuffix = "_withdrawn";

    /// <summary>Written by the product only; from outside they are refused, with the call to use instead.</summary>
    public static readonly IReadOnlyDictionary<string, string> Reserved = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [CustomerCreated] = "create customers with POST /api/v1/customers",
        [CustomerUpdated] = "change customers with PATCH /api/v1/customers/{id}",
        [PersonUpdated] = "change people with PUT /api/v1/customers/{id}/people/{person}",
        [OnboardingCompleted] = "it is written when the fifth step is done",
        [ApiCallsFailed] = "it is written when calls with a customer's key are refused; send api_call with its status",
        [OnboardingCompleted + WithdrawnSuffix] = "it is written when a link that led to the completion is undone",
        [HealthChanged] = "it is written when a score changes",
        [MilestoneReached] = "it is written when a milestone is reached; send what reaches it",
        [MilestoneRestated] = "it is written when a late event moves a milestone to an earlier day",
        [IdentityLinked] = "link identities with POST /api/v1/identities/links",
        [IdentityUnlinked] = "undo links with DELETE /api/v1/identities/links/{identity}",
        [NoteAdded] = "add notes with POST /api/v1/customers/{id}/notes",
        [NoteRemoved] = "remove notes with DELETE /api/v1/customers/{id}/notes/{note}",
        [NoteRestored] = "bring notes back with POST /api/v1/customers/{id}/notes/{note}/restoration",
    };
}
