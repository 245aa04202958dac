-- How often each person and group was seen, and visitors that did more than look at pages.
seen_subjects as (
  select subject, count(*) as events, min(occurred_at) as first_at, max(occurred_at) as last_at, min(source) as source, max(customer_id) as customer_id,
    bool_and(source in ('script', 'plausible', 'umami')) as keyless
  from new
  where (left(subject, 3) in ('~g:', '~p:') or left(subject, 3) = '~v:' and type not in ('page_view', 'page_leave', 'screen_view', 'outbound_click'))
    and type not in ('identity_linked', 'identity_unlinked')
  group by subject
),
sightings_now as (
  insert into sightings as s (identity, events, first_at, last_at, source, matched, keyless)
  select subject, events, first_at, last_at, source, customer_id is not null, keyless from seen_subjects order by subject
  on conflict (identity) do update set events = s.events + excluded.events,
    first_at = least(s.first_at, excluded.first_at), last_at = greatest(s.last_at, excluded.last_at), source = least(s.source, excluded.source), keyless = s.keyless and excluded.keyless
  returning identity as subject, events
),
-- Whoever is seen for the first time may be known already, also who is seen with a key for the first time. A row that is not
-- there yet may be on its way in another call.
new_sightings as (
  select n.subject from sightings_now n join seen_subjects s on s.subject = n.subject left join sightings o on o.identity = n.subject
  where s.events = n.events or not s.keyless and coalesce(o.keyless, true)
)
