-- The first events of a type, by customer: their own, and those of whoever is linked to them. @patterns: what @property may be, null for
-- any; @most of each. What the product itself said and took back with a link (@withdrawn) did not happen.
select * from (
  select c.customer_id, e.occurred_at, e.id, e.person_id
  from customers c
  cross join lateral (
    select id, occurred_at, person_id from events said
    where subject = c.customer_id and customer_id is not null and type = @type
      and (@patterns::text[] is null or coalesce(properties ->> @property, '') like any(@patterns))
      and not (@withdrawn and exists (
        select from events w where w.id = @type || '_withdrawn' || substr(said.id, length(@type) + 1) and w.source = 'system' and w.subject = c.customer_id))
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
