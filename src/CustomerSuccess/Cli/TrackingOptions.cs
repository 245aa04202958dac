using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CustomerSuccess.Engagement;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Cli;

/// <summary>Arguments and options that several tracking commands take, checked while they are parsed: what is wrong is bad usage.</summary>
internal static class TrackingOptions
{
    public static Argument<string> Customer() => new("CUSTOMER") { Description = "The customer's id, such as c1001" };

    public static Option<string?> DataDir() => new("--data-dir") { HelpName = "DIR", Description = "Work on the CSV files of this folder instead of the database" };

    public static Option<DateOnly?> Day(string name, string description) => new(name)
    {
        HelpName = "DAY",
        Description = description,
        CustomParser = result => Parsed<DateOnly?>(result, text => Days.TryParse(text, out var day) ? (day, null) : (null, $"'{Fields.Shown(text)}' is not a day like 2025-05-01"), name),
    };

    public static Argument<string> Text(string name, string description, Func<string, string?> check)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && check(result.Tokens[0].Value) is { } problem) result.AddError(Sentence(problem));
        });
        return argument;
    }

    public static Argument<long> Count(string name, string description, long most = 1_000_000_000) => new(name)
    {
        Description = description,
        CustomParser = result => Parsed<long>(
            result,
            text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= most
                ? (count, null)
                : (0, $"'{Fields.Shown(text)}' is not a whole number from 0 to {most.ToString(CultureInfo.InvariantCulture)}"),
            name),
    };

    public static Argument<bool> Flag(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Parsed(result, text => bool.TryParse(text, out var flag) ? (flag, null) : (false, $"'{Fields.Shown(text)}' is neither true nor false"), name),
    };

    public static Argument<string> Step() => Text("STEP", "One of " + string.Join(", ", OnboardingSteps.All), Fields.Step);

    /// <summary>The folder that --data-dir names, or null for the database.</summary>
    public static CsvFolder? Folder(this CliHost host, ParseResult command, Option<string?> dataDir) =>
        command.GetValue(dataDir) is { } folder ? new CsvFolder(folder, host.Clock) : null;

    private static T? Parsed<T>(ArgumentResult result, Func<string, (T? Value, string? Problem)> parse, string name)
    {
        var (value, problem) = parse(result.Tokens[0].Value);
        if (problem is not null) result.AddError($"{name}: {problem}.");
        return value;
    }

    private static string Sentence(string problem) => char.ToUpperInvariant(problem[0]) + problem[1..] + ".";
}
