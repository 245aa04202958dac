-- What moves the workflows of some customers: steps, what stands in their way, what people did, and their versions. Their own events, and those of whoever is linked
-- to them; each part by its own index, and "offset 0" keeps it so.
select subject as customer_id, id, source, type, occurred_at, received_at, actor, properties::text as properties
from events where subject = any(@customers) and customer_id is not null and replayed and (type like 'onboarding\_step\_%' or type in ('onboarding_blocked', 'onboarding_unblocked'))
union all
select subject, id, source, type, occurred_at, received_at, actor, properties::text
from events where subject = any(@customers) and customer_id is not null and (type like 'task\_%' or type like 'stage\_%' or type like 'workflow\_%')
union all
select i.customer_id, e.id, e.source, e.type, e.occurred_at, e.received_at, e.actor, e.properties::text
from (select identity, customer_id from identities where customer_id = any(@customers) offset 0) i
cross join lateral (
  select id, source, type, occurred_at, received_at, actor, properties
  from events where subject = i.identity and customer_id is null and replayed and (type like 'onboarding\_step\_%' or type in ('onboarding_blocked', 'onboarding_unblocked')) offset 0
) e
union all
select i.customer_id, e.id, e.source, e.type, e.occurred_at, e.received_at, e.actor, e.properties::text
from (select identity, customer_id from identities where customer_id = any(@customers) offset 0) i
cross join lateral (
  select id, source, type, occurred_at, received_at, actor, properties
  from events where subject = i.identity and customer_id is null and (type like 'task\_%' or type like 'stage\_%' or type like 'workflow\_%') offset 0
) e
