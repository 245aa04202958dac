using CustomerSuccess.Platform.Http;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>What is sent and answered, as the API document shows it: from examples.json, by "method path".</summary>
public static class Examples
{
    public static RouteHandlerBuilder Example(this RouteHandlerBuilder route, string name) => route.Example("Onboarding/Workflow/examples.json", name);
}
