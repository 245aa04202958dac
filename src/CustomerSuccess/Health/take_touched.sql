-- Claim customers that wait for their health; what another process holds is left to it.
with taken as (
  delete from touched where id in (select id from touched order by id limit @limit for update skip locked) returning customer_id, since
)
select customer_id, min(since) as since from taken group by customer_id order by customer_id
