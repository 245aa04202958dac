-- Visits by UTC day, from @from to @to. last_seen sums up to unique visitors where the window has no end.
select day, visits, bots, visitors, last_seen from visit_days where day >= @from and day <= @to;

-- Stages reached by day; test customers are left out.
select 2 as stage, (signup_at at time zone 'utc')::date as day, count(*) as customers from journeys
where signup_at >= @start and signup_at < @end and customer_id <> all (@test) group by 2
union all
select 3, (key_at at time zone 'utc')::date, count(*) from journeys where key_at >= @start and key_at < @end and customer_id <> all (@test) group by 2
union all
select 4, (activated_at at time zone 'utc')::date, count(*) from journeys where activated_at >= @start and activated_at < @end and customer_id <> all (@test) group by 2
union all
select 5, (retained_at at time zone 'utc')::date, count(*) from journeys where retained_at >= @start and retained_at < @end and customer_id <> all (@test) group by 2;

-- Visitors of the same person, counted once: how many too many there are on each day, and (no day) in the whole window.
-- What test customers visited (@off_days, @off_visitors) comes off on its own and is left out here.
with linked as materialized (
  select identity, target, left(identity, 3) = '~v:' as browser from identities where left(target, 3) = '~p:' and left(identity, 3) in ('~v:', '~p:')
),
aliases as materialized (
  select identity as person, target as is_now from linked where not browser
),
-- Persons that are another one by now; a link leads on at most five times (a recursive query a cluster would refuse).
ends as (
  select a.person, coalesce(e.is_now, d.is_now, c.is_now, b.is_now, a.is_now) as is_now
  from aliases a
  left join aliases b on b.person = a.is_now
  left join aliases c on c.person = b.is_now
  left join aliases d on d.person = c.is_now
  left join aliases e on e.person = d.is_now
),
members as materialized (
  select coalesce(ends.is_now, linked.target) as person, linked.identity as visitor from linked left join ends on ends.person = linked.target
),
several as (
  select person from members group by person having count(*) > 1
  union
  select v.visitor from visitors v where left(v.visitor, 3) = '~p:' and v.visitor in (select person from members)
),
seen as materialized (
  select m.person, v.visitor, v.days from several s join members m on m.person = s.person join visitors v on v.visitor = m.visitor
  union all
  select s.person, v.visitor, v.days from several s join visitors v on v.visitor = s.person
)
select null::date as day, (count(*) - count(distinct person))::bigint as too_many from seen s
where width_bucket(@last::smallint, days) > width_bucket(@before::smallint, days) and not exists (select from unnest(@off_visitors) o(visitor) where o.visitor = s.visitor)
union all
select date '2000-01-01' + d, (count(*) - count(distinct person))::bigint from seen s, unnest(days) d
where d > @before and d <= @last and not exists (select from unnest(@off_days, @off_visitors) o(day, visitor) where o.visitor = s.visitor and o.day = date '2000-01-01' + d)
group by d having count(*) > count(distinct person);
