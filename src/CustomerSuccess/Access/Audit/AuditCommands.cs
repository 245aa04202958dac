using System.CommandLine;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Access.Audit;

/// <summary>./cs audit verify.</summary>
public static class AuditCommands
{
    public static Command Make(CliHost host)
    {
        var verify = new Command("verify", "Find out whether audit rows were changed, removed or moved");
        verify.SetAction(async (command, ct) =>
        {
            var result = await VerifyAudit.Run(await host.Database(ct), (await host.Services(ct)).GetRequiredService<AuditSeal>(), ct);
            host.Print(command, result, one => one.Problem is null ? $"{one.Rows} rows, unbroken." : one.Rows == 0 ? one.Problem : $"{one.Problem} What is before it ({one.Rows} rows) is as it was written.");
            return result.Problem is null ? 0 : 1;
        });
        return new Command("audit", "The audit log") { verify };
    }
}
