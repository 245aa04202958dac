using System.IO.Compression;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tracking.Upload;

/// <summary>Uploaded files, or the ZIP an export made, into the folder of an upload. Only the three names are taken.</summary>
public static class ReceiveFiles
{
    /// <summary>The most that one upload may carry, and the most that a ZIP may unfold to.</summary>
    public const long MostBytes = 256L * 1024 * 1024;

    private static readonly string[] Names = [Tables.Customers.File, Tables.Onboarding.File, Tables.Engagement.File];

    /// <summary>Returns what is wrong with the choice of files, or null.</summary>
    public static async Task<string?> Save(IReadOnlyList<IFormFile> files, string folder, CancellationToken ct)
    {
        if (files.Count == 0 || files.All(file => file.Length == 0)) return "Choose the CSV files, or the ZIP of an export.";
        foreach (var file in files)
        {
            // A browser may send a path; only the last part is a name.
            var name = Path.GetFileName(file.FileName.Replace('\\', '/')).ToLowerInvariant();
            await using var content = file.OpenReadStream();
            var problem = name.EndsWith(".zip", StringComparison.Ordinal) ? await Unzip(content, folder, ct)
                : Names.Contains(name, StringComparer.Ordinal) ? await Copy(content, folder, name, ct)
                : $"'{Fields.Shown(file.FileName)}' is none of {string.Join(", ", Names)}. Rename it, or choose the ZIP of an export.";
            if (problem is not null) return problem;
        }

        return File.Exists(Path.Combine(folder, Tables.Customers.File)) ? null : "customers.csv is missing: the other two files speak of its customers.";
    }

    private static async Task<string?> Unzip(Stream content, string folder, CancellationToken ct)
    {
        try
        {
            await using var zip = await ZipArchive.CreateAsync(content, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, ct);
            foreach (var entry in zip.Entries.Where(entry => Names.Contains(entry.Name.ToLowerInvariant(), StringComparer.Ordinal)))
            {
                await using var file = await entry.OpenAsync(ct);
                if (await Copy(file, folder, entry.Name.ToLowerInvariant(), ct) is { } problem) return problem;
            }

            return null;
        }
        // What the archive's reader throws at bytes that are none.
        catch (Exception error) when (error is InvalidDataException or ArgumentException or NotSupportedException or EndOfStreamException)
        {
            return "The ZIP is damaged. Make the export again, or choose the CSV files themselves.";
        }
    }

    private static async Task<string?> Copy(Stream from, string folder, string name, CancellationToken ct)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path)) return $"{name} was chosen twice.";
        var most = MostBytes - new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
        await using var to = File.Create(path);
        var buffer = new byte[81920];
        for (var (total, read) = (0L, 0); (read = await from.ReadAsync(buffer, ct)) > 0;)
        {
            // Counted while it unfolds: what a ZIP says of its size may be a lie.
            if ((total += read) > most) return $"With {name} the files are larger than {MostBytes / 1024 / 1024} MB. Use ./cs import on the server for files of that size.";
            await to.WriteAsync(buffer.AsMemory(0, read), ct);
        }

        return null;
    }
}
