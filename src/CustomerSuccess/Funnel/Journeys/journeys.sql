-- Events into journeys. Whatever comes twice changes nothing: instants are least and greatest, the two calls the first two of
-- a set. Only one runs this at a time, so the row it starts from is the true one.
met as materialized (
  -- Failing calls with a key of ours are told together, under a name of their own.
  select customer_id, case type when 'api_calls_failed' then 'api_call' else type end as type, occurred_at, id || ' ' || source || ' ' || subject as event,
    status, coalesce(status like '2__', type <> 'api_calls_failed') as ok, origin, touch,
    ((occurred_at at time zone 'utc')::date - date '2000-01-01')::smallint as day
  from seen where customer_id is not null
),
was as materialized (
  select j.* from journeys j where j.customer_id in (select customer_id from met)
),
reached as (
  select customer_id,
    min(occurred_at) filter (where type = 'signup') as signup_at,
    min(occurred_at) filter (where type = 'api_key_created') as key_at,
    min(occurred_at) filter (where type = 'api_call') as first_call_at,
    max(occurred_at) filter (where type = 'api_call' and ok) as last_ok_at,
    max(occurred_at) filter (where type = 'api_call' and not ok) as last_failed_at
  from met group by customer_id
),
first_visit as (
  select distinct on (customer_id) customer_id, occurred_at as at, event, origin, touch
  from met where type = 'page_view' order by customer_id, occurred_at, event
),
last_failure as (
  select distinct on (customer_id) customer_id, occurred_at as at, status from met where type = 'api_call' and not ok order by customer_id, occurred_at desc, status
),
calls as (
  select customer_id, occurred_at as at, event, row_number() over (partition by customer_id order by occurred_at, event) as n
  from (
    select m.customer_id, m.occurred_at, m.event from met m left join was w on w.customer_id = m.customer_id
    where m.type = 'api_call' and m.ok and (w.retained_at is null or m.occurred_at <= w.retained_at)
    union
    select customer_id, activated_at, activated_call from was where activated_at is not null
    union
    select customer_id, retained_at, retained_call from was where retained_at is not null
  ) each
),
first_calls as (
  select customer_id, max(at) filter (where n = 1) as activated_at, max(event) filter (where n = 1) as activated_call,
    max(at) filter (where n = 2) as retained_at, max(event) filter (where n = 2) as retained_call
  from calls where n <= 2 group by customer_id
),
days as (
  select customer_id, (array_agg(day order by day))[1:30]::smallint[] as ok_days
  from (
    select customer_id, day from met where type = 'api_call' and ok
    union
    select customer_id, unnest(ok_days) from was
  ) each
  group by customer_id
),
stored_journeys as (
  insert into journeys as j (customer_id, first_at, first_id, first_origin, first_touch, last_at, last_id, last_origin, last_touch, signup_at, key_at,
    activated_at, activated_call, retained_at, retained_call, first_call_at, last_ok_at, last_failed_at, last_failed_status, ok_days)
  select r.customer_id,
    case when f.customer_id is null or (w.first_at, w.first_id) <= (f.at, f.event) then w.first_at else f.at end,
    case when f.customer_id is null or (w.first_at, w.first_id) <= (f.at, f.event) then w.first_id else f.event end,
    case when f.customer_id is null or (w.first_at, w.first_id) <= (f.at, f.event) then w.first_origin else f.origin end,
    case when f.customer_id is null or (w.first_at, w.first_id) <= (f.at, f.event) then w.first_touch else f.touch end,
    w.last_at, w.last_id, w.last_origin, w.last_touch,
    least(w.signup_at, r.signup_at), least(w.key_at, r.key_at),
    c.activated_at, c.activated_call, c.retained_at, c.retained_call,
    least(w.first_call_at, r.first_call_at), greatest(w.last_ok_at, r.last_ok_at), greatest(w.last_failed_at, r.last_failed_at),
    case when x.customer_id is null or w.last_failed_at > x.at or (w.last_failed_at = x.at and w.last_failed_status <= x.status) then w.last_failed_status else x.status end,
    d.ok_days
  from reached r
  left join was w on w.customer_id = r.customer_id
  left join first_visit f on f.customer_id = r.customer_id
  left join last_failure x on x.customer_id = r.customer_id
  left join first_calls c on c.customer_id = r.customer_id
  left join days d on d.customer_id = r.customer_id
  order by r.customer_id
  on conflict (customer_id) do update set
    first_at = excluded.first_at, first_id = excluded.first_id, first_origin = excluded.first_origin, first_touch = excluded.first_touch,
    signup_at = excluded.signup_at, key_at = excluded.key_at,
    activated_at = excluded.activated_at, activated_call = excluded.activated_call, retained_at = excluded.retained_at, retained_call = excluded.retained_call,
    first_call_at = excluded.first_call_at, last_ok_at = excluded.last_ok_at,
    last_failed_at = excluded.last_failed_at, last_failed_status = excluded.last_failed_status, ok_days = excluded.ok_days
  where j is distinct from excluded
)
-- Whose last touch may be another one now: the sign-up moved, or a visit came that lies between the last touch and the sign-up.
select m.customer_id, coalesce(bool_or(m.type = 'signup' and (w.signup_at is null or m.occurred_at < w.signup_at)
  or m.type = 'page_view' and m.occurred_at <= w.signup_at and (w.last_at is null or m.occurred_at >= w.last_at)), false) as due
from met m left join was w on w.customer_id = m.customer_id group by m.customer_id
