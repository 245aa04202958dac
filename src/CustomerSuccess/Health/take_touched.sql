-- Claim customers that wait for their health, oldest rows first, until there are enough of them; what another process holds
-- is left to it.
with ahead as materialized (
  select id, cardinality(customers) as n from touched order by id limit 1000 for update skip locked
),
taken as (
  delete from touched where id in (select id from (select id, sum(n) over (order by id) - n as before from ahead) line where before < @limit)
  returning customers, since
)
select customer_id, min(day) as since from taken, unnest(taken.customers, taken.since) as one(customer_id, day) group by customer_id order by customer_id
