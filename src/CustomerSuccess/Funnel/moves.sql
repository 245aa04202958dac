-- Events that are seen as another customer's than before: those customers' journeys are taken from the log again.
moved_in_funnel as (
  insert into funnel_waiting (customers)
  select array_agg(distinct customer_id) from new
  where customer_id is not null and type in ('page_view', 'signup', 'api_key_created', 'api_call', 'api_calls_failed')
  having count(*) > 0
)
