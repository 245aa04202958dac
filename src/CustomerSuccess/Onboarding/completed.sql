-- Customers whose five steps were all done for the first time, and of whom that has not been said yet; n: for the how manieth time it
-- is said. What was said because of a link is taken back with it, and said again once it is true without.
with withdrawn as (
  select subject, count(*)::integer as times from events
  where subject = any(@customers) and source = 'system' and type = 'onboarding_completed_withdrawn' group by subject
)
select o.customer_id, o.completed_at, coalesce(w.times, 0) + 1 as n
from onboarding o left join withdrawn w on w.subject = o.customer_id
where o.customer_id = any(@customers) and o.completed_at is not null
  and not exists (
    select 1 from events e
    where e.subject = o.customer_id and e.source = 'system' and e.id = 'onboarding_completed:' || o.customer_id || case when w.times > 0 then ':' || (w.times + 1) else '' end)
order by o.customer_id
