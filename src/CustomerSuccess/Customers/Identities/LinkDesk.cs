using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;

namespace CustomerSuccess.Customers.Identities;

/// <summary>What staff need to change links: where they are made, what is written about it, and what the audit log hears.</summary>
public sealed record LinkDesk(Links Links, EventLog Events, AuditLog Audit, TimeProvider Clock);
