using System.Globalization;

namespace CustomerSuccess.Bench;

/// <summary>What follows the subcommand: <c>--name value</c>, or <c>--name</c> alone.</summary>
internal sealed class Options(string[] args)
{
    public string Text(string name, string fallback)
    {
        var at = Array.IndexOf(args, "--" + name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : fallback;
    }

    public int Number(string name, int fallback) => int.Parse(Text(name, fallback.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    public bool Has(string name) => args.Contains("--" + name, StringComparer.Ordinal);
}
