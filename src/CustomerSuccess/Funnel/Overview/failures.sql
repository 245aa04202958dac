-- How many calls of these customers failed since the last that did not, and since when.
select a.customer_id, sum(case when a.type = 'api_calls_failed' then coalesce((a.properties ->> 'calls')::bigint, 1) else 1 end)::bigint as calls,
  min(case when a.type = 'api_calls_failed' then coalesce((a.properties ->> 'since')::timestamptz, a.occurred_at) else a.occurred_at end) as since
from journeys j join attributed a on a.customer_id = j.customer_id and a.occurred_at > coalesce(j.last_ok_at, '-infinity') and a.occurred_at <= j.last_failed_at
where j.customer_id = any(@ids) and (a.type = 'api_calls_failed' or a.type = 'api_call' and a.properties ->> 'status' not like '2__')
group by a.customer_id
