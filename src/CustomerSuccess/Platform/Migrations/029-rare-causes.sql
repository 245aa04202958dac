-- The index for what events would have caused lately, without the steps: senders tell those again and again, so each of their events
-- paid for it. When a step was first done stands in the onboarding record.
-- Locks: writers of events wait while the small index is built.
drop index events_of_causes;
create index events_of_causes on events (type, received_at)
where not history and type in ('customer_created', 'onboarding_completed', 'onboarding_blocked');
