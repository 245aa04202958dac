-- Milestones are among what causes messages: the index for what they would have caused lately knows them, too.
-- Locks: writers of events wait while the small index is built.
drop index events_of_causes;
create index events_of_causes on events (type, received_at)
where not history and type in ('customer_created', 'onboarding_completed', 'onboarding_blocked', 'milestone_reached');
