-- What else is known of these customers: when they began, whether they are in totals, and what stands in their way.
select c.customer_id, coalesce(e.at, c.signup_date::timestamp at time zone 'utc') as started_at,
  c.status <> 'churned' and c.archived_at is null and not c.is_test as counted, o.blocked_at
from customers c
left join (
  select subject as customer_id, min(occurred_at) as at from events where subject = any(@customers) and replayed and type = 'customer_created' group by subject
) e on e.customer_id = c.customer_id
left join onboarding o on o.customer_id = c.customer_id
where c.customer_id = any(@customers)
