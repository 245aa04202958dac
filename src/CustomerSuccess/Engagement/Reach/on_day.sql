-- What was counted of a kind on some days: issues and pull requests with a URL when they were first seen, others one by one, and rows
-- recorded by hand.
select d.customer_id, u.first_at as at, 1::bigint as n, '' as id
from unnest(@customers, @days) as d(customer_id, day)
join counted_urls u on u.customer_id = d.customer_id and u.kind = @kind and u.first_at >= (d.day::timestamp at time zone 'utc') and u.first_at < ((d.day + 1)::timestamp at time zone 'utc')
union all
select d.customer_id, e.occurred_at, case when e.type = 'engagement_recorded' then coalesce((e.properties ->> @kind)::bigint, 0) else 1 end, e.id
from unnest(@customers, @days) as d(customer_id, day)
join attributed e on e.customer_id = d.customer_id and e.occurred_at >= (d.day::timestamp at time zone 'utc') and e.occurred_at < ((d.day + 1)::timestamp at time zone 'utc')
where e.type = any(@types) and not (e.type <> 'engagement_recorded' and coalesce(e.properties ->> @url, '') <> '')
  and not (e.type = 'issue_resolution' and @kind = 'prs_generated')
  and not (e.type = 'api_call' and coalesce((e.properties -> 'from_ingest')::text = 'true', false))
