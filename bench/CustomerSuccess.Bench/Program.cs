using CustomerSuccess.Bench;

// One measurement each; what they mean is in ../README.md.
var (command, options) = (args.FirstOrDefault() ?? "", new Options([.. args.Skip(1)]));
return command switch
{
    "load" => await Load.Run(options),
    "ratios" => await Ratios.Run(options),
    "bare" => await Bare.Serve(options),
    "writes" => await Writes.Run(options),
    "pages" => await Pages.Run(options),
    "faults" => await Faults.Run(options),
    "malformed" => await Malformed.Run(options),
    "funnel" => await Funnels.Run(options),
    "messages" => await Mails.Run(options),
    "onboarding" => await Onboardings.Run(options),
    "retention" => await Retention.Run(options),
    "calls" => await Calls.Run(options),
    "metrics" => await Metering.Run(options),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("dotnet run --project bench/CustomerSuccess.Bench -c Release -- load | ratios | writes | pages | faults | malformed | funnel | onboarding | retention | calls | metrics | messages   (options: bench/README.md)");
    return 2;
}
