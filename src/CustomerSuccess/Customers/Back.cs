using CustomerSuccess.Platform.Shell;

namespace CustomerSuccess.Customers;

/// <summary>After a form on a customer's page: back to the page, with a sentence about what was done.</summary>
public static class Back
{
    public static IResult ToCustomer(HttpContext http, string id, string said, string? undo = null, string anchor = "")
    {
        Flash.Say(http, said, undo);
        return TypedResults.Redirect($"/customers/{Uri.EscapeDataString(id)}{(anchor.Length > 0 ? "#" + anchor : "")}");
    }
}
