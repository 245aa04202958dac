using System.Globalization;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Tracking.Export;

/// <summary>What an operator sets about exports. docs/guide/csv.md lists them.</summary>
public sealed record ExportSettings
{
    /// <summary>CS_EXPORT_PREFIX: the first part of the archive's name.</summary>
    public string Prefix { get; init; } = "rsolv_metrics";

    /// <summary>CS_EXPORT_DIR: where the daily export is kept; empty: there is none.</summary>
    public string Folder { get; init; } = "";

    /// <summary>CS_EXPORT_TIME: when it is made, UTC.</summary>
    public TimeOnly Time { get; init; } = new(2, 0);

    /// <summary>CS_EXPORT_KEEP: how many are kept, 1 to 3,650.</summary>
    public int Keep { get; init; } = 14;

    public static ExportSettings Read(IConfiguration source)
    {
        var defaults = new ExportSettings();
        var prefix = source["CS_EXPORT_PREFIX"] is { Length: > 0 } name ? name : defaults.Prefix;
        if (prefix.Length > 60 || prefix.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or '-' or '.')) || prefix[0] == '.')
            throw new Trouble($"CS_EXPORT_PREFIX holds '{Fields.Shown(prefix)}', which is no name for a file.", "Use letters, digits, _ and -, for example CS_EXPORT_PREFIX=acme_metrics");
        var time = source["CS_EXPORT_TIME"] is { Length: > 0 } clock
            ? TimeOnly.TryParseExact(clock, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at
                : throw new Trouble($"CS_EXPORT_TIME holds '{Fields.Shown(clock)}', which is no time of day.", "Write hours and minutes in UTC, for example CS_EXPORT_TIME=02:00")
            : defaults.Time;
        var keep = source["CS_EXPORT_KEEP"] is { Length: > 0 } number
            ? int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 3650 ? count
                : throw new Trouble($"CS_EXPORT_KEEP holds '{Fields.Shown(number)}', which is no number from 1 to 3650.", "For example CS_EXPORT_KEEP=14")
            : defaults.Keep;
        return new ExportSettings { Prefix = prefix, Folder = source["CS_EXPORT_DIR"] is { Length: > 0 } folder ? Path.GetFullPath(folder) : "", Time = time, Keep = keep };
    }
}
