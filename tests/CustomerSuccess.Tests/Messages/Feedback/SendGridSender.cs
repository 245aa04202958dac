using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Messages.Feedback.SendGrid;

namespace CustomerSuccess.Tests.Messages.Feedback;

/// <summary>Tells events as SendGrid does: a batch, signed with a key whose public half the house knows.</summary>
public sealed class SendGridSender : IDisposable
{
    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string PublicKey => Convert.ToBase64String(Key.ExportSubjectPublicKeyInfo());

    public (string, string) Setting => ("CS_SENDGRID_WEBHOOK_KEY", PublicKey);

    public static string Now(House house, int secondsAgo = 0) => (house.Clock.GetUtcNow().ToUnixTimeSeconds() - secondsAgo).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public string Sign(string timestamp, byte[] body, ECDsa? key = null, HashAlgorithmName? hash = null, DSASignatureFormat format = DSASignatureFormat.Rfc3279DerSequence) =>
        Convert.ToBase64String((key ?? Key).SignData([.. Encoding.ASCII.GetBytes(timestamp), .. body], hash ?? HashAlgorithmName.SHA256, format));

    public static async Task<HttpStatusCode> Send(House house, byte[] body, string? signature, string? timestamp)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/sendgrid") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        if (signature is not null) request.Headers.TryAddWithoutValidation(SendGridSignature.SignatureHeader, signature);
        if (timestamp is not null) request.Headers.TryAddWithoutValidation(SendGridSignature.TimestampHeader, timestamp);
        using var answer = await house.Http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>stored, duplicate, unmatched of a batch.</summary>
    public async Task<(int Stored, int Duplicate, int Unmatched)> Tell(House house, params object[] events)
    {
        var body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(events) + "\r\n");
        var timestamp = Now(house);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/sendgrid") { Content = new ByteArrayContent(body) };
        request.Headers.Add(SendGridSignature.SignatureHeader, Sign(timestamp, body));
        request.Headers.Add(SendGridSignature.TimestampHeader, timestamp);
        using var answer = await house.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (json.GetProperty("stored").GetInt32(), json.GetProperty("duplicate").GetInt32(), json.GetProperty("unmatched").GetInt32());
    }

    /// <summary>An event about a mail of ours, as SendGrid writes it; more: its other fields.</summary>
    public static Dictionary<string, object> Event(House house, string type, string customer, string message, object? more = null, string? id = null, int secondsAgo = 0)
    {
        var told = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["email"] = $"hello@{customer}.example",
            ["event"] = type,
            ["timestamp"] = house.Clock.GetUtcNow().ToUnixTimeSeconds() - secondsAgo,
            ["sg_event_id"] = id ?? Guid.CreateVersion7().ToString("N"),
            ["sg_message_id"] = "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
            ["smtp-id"] = "<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>",
            ["message_id"] = message,
            ["customer_id"] = customer,
        };
        if (more is not null)
        {
            foreach (var property in JsonSerializer.SerializeToElement(more).EnumerateObject()) told[property.Name] = property.Value;
        }

        return told;
    }

    public void Dispose() => Key.Dispose();
}
