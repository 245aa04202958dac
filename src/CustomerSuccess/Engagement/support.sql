asked as (
  insert into support_requests (customer_id, request_id, opened_at, topic, message)
  select customer_id, source || ':' || id, occurred_at, coalesce(properties ->> 'topic', ''), coalesce(properties ->> 'message', '')
  from new where type = 'support_request' and customer_id is not null
  order by 1, 2
  on conflict do nothing
)
