using CustomerSuccess;
using CustomerSuccess.Cli;
using CustomerSuccess.Platform;

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
await using var host = new CliHost(configuration, Console.Out, Console.Error, TimeProvider.System, Rooms.Add);
return await CliRoot.Run(args, host);
