-- Visits by page and by where they came from, and new visitors by where their first came from.
select what, value, sum(visits)::bigint as visits from visit_counts where day >= @from and day <= @to group by what, value;

-- Sign-ups in the window by their first touch.
select coalesce(first_origin, '') as origin, coalesce(visit_page(first_touch ->> 'url'), '') as page, first_at is not null as visited, count(*) as customers
from journeys where signup_at >= @start and signup_at < @end and customer_id <> all (@test) group by 1, 2, 3;

-- Of those who reached a stage in the window: how many have not reached the next one by now, and how long the step to it took (median seconds).
select 2 as stage, count(*) filter (where key_at is null) as open, null::float8 as median from journeys
where signup_at >= @start and signup_at < @end and customer_id <> all (@test)
union all
select 3, count(*) filter (where activated_at is null), percentile_cont(0.5) within group (order by extract(epoch from key_at - signup_at)) from journeys
where key_at >= @start and key_at < @end and customer_id <> all (@test)
union all
select 4, count(*) filter (where retained_at is null), percentile_cont(0.5) within group (order by extract(epoch from activated_at - key_at)) from journeys
where activated_at >= @start and activated_at < @end and customer_id <> all (@test)
union all
select 5, 0, percentile_cont(0.5) within group (order by extract(epoch from retained_at - activated_at)) from journeys
where retained_at >= @start and retained_at < @end and customer_id <> all (@test);

-- The life of the keys made in the window.
select count(*) as keys, count(*) filter (where first_call_at is not null) as called, count(*) filter (where activated_at is not null) as succeeded,
  count(*) filter (where cardinality(ok_days) >= @repeat_days) as repeated
from journeys where key_at >= @start and key_at < @end and customer_id <> all (@test);

-- Whose last calls fail, the latest first.
select j.customer_id, c.organization, j.last_failed_at, j.last_failed_status as status, j.last_ok_at, count(*) over () as stuck
from journeys j join customers c on c.customer_id = j.customer_id
where j.last_failed_at is not null and (j.last_ok_at is null or j.last_ok_at < j.last_failed_at) and not c.is_test
order by j.last_failed_at desc, j.customer_id limit 8;

-- Whether there is anything at all.
select exists (select from visit_days) or exists (select from journeys);
