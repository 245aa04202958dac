using System.IO.Compression;
using System.Net;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tracking.Upload;

namespace CustomerSuccess.Tests.Tracking;

/// <summary>Files somebody hands in on the import page, as nobody's export makes them.</summary>
public sealed class UploadTests(House house) : IClassFixture<House>
{
    private const string Header = "id,email,organization,github_username,signup_date,cohort,industry,team_size,status\n";

    [Fact]
    public async Task Bytes_that_are_no_zip_are_a_sentence()
    {
        var alice = await house.As(Cast.Alice);
        var sound = Zip(("customers.csv", Header));
        foreach (var bytes in new[] { "PK"u8.ToArray(), "not a zip"u8.ToArray(), sound[..10], sound[..30], sound[..^5], [.. sound[..40], .. new byte[60]] })
        {
            var answer = await Send(alice, ("export.zip", bytes));
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("The ZIP is damaged");
        }
    }

    [Fact]
    public async Task A_zip_that_unfolds_without_end_is_stopped_at_the_limit_of_all_files_together()
    {
        var alice = await house.As(Cast.Alice);
        var zeros = new string('0', 100 << 20);
        var answer = await Send(alice, ("export.zip", Zip(("customers.csv", zeros), ("onboarding.csv", zeros), ("engagement.csv", zeros))));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("With engagement.csv the files are larger than 256 MB");
    }

    [Fact]
    public async Task Names_lead_nowhere()
    {
        var alice = await house.As(Cast.Alice);
        var name = Path.GetRandomFileName();
        var answer = await Send(alice, ("export.zip", Zip(($"../../../../../tmp/{name}/customers.csv", Header), ($"/tmp/{name}/onboarding.csv", "x"))));
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        Directory.Exists("/tmp/" + name).ShouldBeFalse();
    }

    [Fact]
    public void It_is_imported_once_however_often_the_button_is_pressed()
    {
        var upload = new Upload("1", "user:alice", "/nowhere", DateTime.UnixEpoch);
        upload.Begin().ShouldBeFalse("it has not been checked");
        upload.State = UploadState.Checked;
        var began = 0;
        Parallel.For(0, 100, _ => { if (upload.Begin()) Interlocked.Increment(ref began); });
        began.ShouldBe(1);
    }

    private static async Task<HttpResponseMessage> Send(HttpClient http, params (string Name, byte[] Bytes)[] files)
    {
        using var form = new MultipartFormDataContent { { new StringContent(await http.Token("/settings/import")), "__RequestVerificationToken" } };
        foreach (var (name, bytes) in files) form.Add(new ByteArrayContent(bytes), "files", name);
        return await http.PostAsync("/settings/import", form);
    }

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var file = new StreamWriter(zip.CreateEntry(name, CompressionLevel.Fastest).Open());
                file.Write(text);
            }
        }

        return bytes.ToArray();
    }
}
