-- Customers whose five steps were all done for the first time, and of whom that has not been said yet; n: for the how manieth time it
-- is said. What was said because of a link is taken back with it, and said again once it is true without. That is rare, and how often it
-- was can only be counted by reading the customer's whole history: asked by the first one's key before.
select o.customer_id, o.completed_at, withdrawn.times + 1 as n, '{}' as properties
from onboarding o
cross join lateral (
  select case when exists (
      select 1 from events w where w.subject = o.customer_id and w.source = 'system' and w.id = 'onboarding_completed_withdrawn:' || o.customer_id)
    then (select count(*)::integer from events w where w.subject = o.customer_id and w.source = 'system' and w.type = 'onboarding_completed_withdrawn')
    else 0 end as times offset 0
) withdrawn
where o.customer_id = any(@customers) and o.completed_at is not null
  and not exists (
    select 1 from events e
    where e.subject = o.customer_id and e.source = 'system'
      and e.id = 'onboarding_completed:' || o.customer_id || case when withdrawn.times > 0 then ':' || (withdrawn.times + 1) else '' end)
order by o.customer_id
