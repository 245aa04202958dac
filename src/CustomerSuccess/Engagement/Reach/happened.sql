-- The first events of a type, by customer: their own, and those of whoever is linked to them. @patterns: what @property may be, null for
-- any; @most of each.
select * from (
  select c.customer_id, e.occurred_at, e.id, e.person_id
  from customers c
  cross join lateral (
    select id, occurred_at, person_id from events
    where subject = c.customer_id and customer_id is not null and type = @type
      and (@patterns::text[] is null or coalesce(properties ->> @property, '') like any(@patterns))
    order by occurred_at, received_at, id limit @most
  ) e
  where c.customer_id = any(@customers)
) own
union all
select * from (
  select i.customer_id, e.occurred_at, e.id, e.person_id
  from (select identity, customer_id from identities where customer_id = any(@customers) offset 0) i
  cross join lateral (
    select id, occurred_at, person_id from events
    where subject = i.identity and customer_id is null and type = @type
      and (@patterns::text[] is null or coalesce(properties ->> @property, '') like any(@patterns))
    order by occurred_at, received_at, id limit @most
  ) e
) linked
