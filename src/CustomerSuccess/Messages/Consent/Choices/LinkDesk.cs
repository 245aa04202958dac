using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>What a form behind a link needs at hand.</summary>
public sealed record LinkDesk(NpgsqlDataSource Db, OpenLink Open, ChangePreferences Change, SuppressionList List, AddressKeys Keys, Signals Signals);
