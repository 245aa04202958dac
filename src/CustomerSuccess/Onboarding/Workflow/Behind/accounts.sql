-- What else is known of these customers: when they began, and whether they are in totals.
select c.customer_id, coalesce(e.at, c.signup_date::timestamp at time zone 'utc') as started_at,
  c.status <> 'churned' and c.archived_at is null and not c.is_test as counted
from customers c
left join (
  select subject as customer_id, min(occurred_at) as at from events where subject = any(@customers) and replayed and type = 'customer_created' group by subject
) e on e.customer_id = c.customer_id
where c.customer_id = any(@customers)
