using System.Globalization;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>How long is remembered what became of messages.</summary>
/// <param name="ReceiptDays">CS_RECEIPT_DAYS: days that receipts and counts are kept, 7 to 3,650. Quarantined messages nobody dealt with stay.</param>
public sealed record IngestionSettings(int ReceiptDays = 90)
{
    public static IngestionSettings Read(IConfiguration source) =>
        source["CS_RECEIPT_DAYS"] is not { Length: > 0 } text ? new()
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 7 and <= 3650 ? new(days)
        : throw new Trouble($"CS_RECEIPT_DAYS holds '{text}', which is no number from 7 to 3650.", "For example CS_RECEIPT_DAYS=90");
}
