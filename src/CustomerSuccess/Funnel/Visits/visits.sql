-- Page views into visitors, days and counts. Each page view comes here once: what is added stays added. Only FollowEvents
-- and RebuildVisits run this, one at a time, so what it reads of its own tables is true.
visit as materialized (
  select coalesce('~v:' || visitor_id, '~p:' || person_id, subject) as visitor, (occurred_at at time zone 'utc')::date - date '2000-01-01' as day,
    occurred_at, id || ' ' || source as id, properties @> '{"bot": true}' as bot,
    visit_page(url) as page, visit_origin(url, referrer, utm_source, utm_medium, utm_campaign, properties) as origin
  from page_views
),
came as (
  select visitor, array_agg(day order by day)::smallint[] as days from (select distinct visitor, day from visit where not bot) on_day group by visitor
),
first_of_these as (
  select distinct on (visitor) visitor, occurred_at as at, id, origin from visit where not bot order by visitor, occurred_at, id
),
seen_before as (
  select v.visitor, v.days, v.first_at, v.first_id, v.origin from visitors v where v.visitor in (select visitor from came)
),
merged as materialized (
  select c.visitor, s.visitor is not null as known, s.days as days_before, s.first_at as first_before, s.origin as origin_before,
    case when s.visitor is null then c.days when c.days <@ s.days then s.days
      when c.days[1] > s.days[cardinality(s.days)] then s.days || c.days
      else (select array_agg(distinct d order by d) from unnest(s.days || c.days) d) end as days,
    case when (s.first_at, s.first_id) <= (f.at, f.id) then s.first_at else f.at end as first_at,
    case when (s.first_at, s.first_id) <= (f.at, f.id) then s.first_id else f.id end as first_id,
    case when (s.first_at, s.first_id) <= (f.at, f.id) then s.origin else f.origin end as origin
  from came c join first_of_these f on f.visitor = c.visitor left join seen_before s on s.visitor = c.visitor
),
stored_visitors as (
  insert into visitors as v (visitor, days, first_at, first_id, origin)
  select visitor, days, first_at, first_id, origin from merged
  where not known or days <> days_before or first_at <> first_before or origin <> origin_before
  order by visitor
  on conflict (visitor) do update set days = excluded.days, first_at = excluded.first_at, first_id = excluded.first_id, origin = excluded.origin
),
day_changes as (
  select day, count(*) filter (where not bot) as visits, count(*) filter (where bot) as bots, 0 as visitors, 0 as last_seen from visit group by day
  union all
  select d, 0, 0, 1, 0 from merged, unnest(days) d where not known or d <> all (days_before)
  union all
  select days[cardinality(days)], 0, 0, 0, 1 from merged where not known or days[cardinality(days)] <> days_before[cardinality(days_before)]
  union all
  select days_before[cardinality(days_before)], 0, 0, 0, -1 from merged where known and days[cardinality(days)] <> days_before[cardinality(days_before)]
),
stored_days as (
  insert into visit_days as d (day, visits, bots, visitors, last_seen)
  select date '2000-01-01' + day, sum(visits), sum(bots), sum(visitors), sum(last_seen) from day_changes group by day order by day
  on conflict (day) do update set visits = d.visits + excluded.visits, bots = d.bots + excluded.bots,
    visitors = d.visitors + excluded.visitors, last_seen = d.last_seen + excluded.last_seen
),
count_changes as (
  select day, 'page' as what, page as value, count(*) as visits from visit where not bot group by day, page
  union all
  select day, 'origin', origin, count(*) from visit where not bot group by day, origin
  union all
  select (first_at at time zone 'utc')::date - date '2000-01-01', 'first', origin, 1 from merged where not known or first_at <> first_before or origin <> origin_before
  union all
  select (first_before at time zone 'utc')::date - date '2000-01-01', 'first', origin_before, -1 from merged where known and (first_at <> first_before or origin <> origin_before)
),
stored_counts as (
  insert into visit_counts as c (day, what, value, visits)
  select date '2000-01-01' + day, what, value, sum(visits) from count_changes group by day, what, value having sum(visits) <> 0 order by day, what, value
  on conflict (day, what, value) do update set visits = c.visits + excluded.visits
  returning day, visits
)
select distinct day from stored_counts where visits = 0
