-- Customers whose five steps were all done for the first time, and of whom that has not been said yet.
select o.customer_id, o.completed_at
from onboarding o
where o.customer_id = any(@customers) and o.completed_at is not null
  and not exists (select 1 from events e where e.id = 'onboarding_completed:' || o.customer_id and e.subject = o.customer_id)
order by o.customer_id
