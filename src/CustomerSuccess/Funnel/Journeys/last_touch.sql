-- The last visit before sign-up, of @customers: what was visited later never counts, and a sign-up that moves moves it.
with latest as (
  select distinct on (j.customer_id) j.customer_id, a.occurred_at as at, a.id || ' ' || a.source || ' ' || a.subject as event,
    visit_origin(a.url, a.referrer, a.utm_source, a.utm_medium, a.utm_campaign, a.properties) as origin,
    jsonb_strip_nulls(jsonb_build_object('url', a.url, 'referrer', a.referrer, 'utm_source', a.utm_source, 'utm_medium', a.utm_medium,
      'utm_campaign', a.utm_campaign, 'utm_term', a.utm_term, 'utm_content', a.utm_content)) as touch
  from journeys j
  join attributed a on a.customer_id = j.customer_id and a.occurred_at <= j.signup_at
  where j.customer_id = any(@customers) and a.type = 'page_view' and not a.properties @> '{"bot": true}'
  order by j.customer_id, a.occurred_at desc, a.id || ' ' || a.source || ' ' || a.subject desc
),
due as (
  select c.customer_id, l.at, l.event, l.origin, l.touch from unnest(@customers) as c(customer_id) left join latest l on l.customer_id = c.customer_id
)
update journeys j set last_at = d.at, last_id = d.event, last_origin = d.origin, last_touch = d.touch
from due d
where d.customer_id = j.customer_id and (j.last_at, j.last_id, j.last_origin, j.last_touch) is distinct from (d.at, d.event, d.origin, d.touch)
