-- The funnel: who visits, and how far each customer has come. Kept behind the events (decision 8).
-- Locks: new tables only, and an index on customers.

-- What came in and is not in the tables below yet: events by their key (with what of them needs no second look), or
-- customers whose journey has to be taken from the log again. A queue: rows are only added and taken.
create table funnel_waiting (
  id bigint generated always as identity primary key,
  subjects text[],
  sources text[],
  ids text[],
  types text[],
  times timestamptz[],
  statuses text[],
  customers text[]
);
-- Compressing what lives for a quarter of a second costs more than it saves.
alter table funnel_waiting alter column subjects set storage external, alter column sources set storage external, alter column ids set storage external,
  alter column types set storage external, alter column times set storage external, alter column statuses set storage external, alter column customers set storage external;

-- One row per visitor ('~v:' visitor, else '~p:' person, else the subject). Bots are no visitors.
create table visitors (
  visitor text primary key,
  -- The UTC days with a page view, as days since 2000, in order: whether one lies in a window is a binary search.
  days smallint[] not null,
  first_at timestamptz not null,
  first_id text not null,
  -- Where the first visit came from; see visit_origin.
  origin text not null
);
create index visitors_persons on visitors (visitor) where left(visitor, 3) = '~p:';
select cs_distribute('visitors', 'visitor', 'events');

create table visit_days (
  day date primary key,
  visits bigint not null,
  bots bigint not null,
  -- Different visitors of this day.
  visitors bigint not null,
  -- Visitors who were seen on this day and on none after it: from any day until now, their sum is the unique visitors.
  last_seen bigint not null
);

-- Visits by UTC day and page ('page'), by where they came from ('origin'), and visitors by where their first came from ('first').
create table visit_counts (
  day date not null,
  what text not null,
  value text not null,
  visits bigint not null,
  primary key (day, what, value)
);

-- How far a customer has come. Each instant is the earliest such event; a late one may restate it.
create table journeys (
  customer_id text primary key,
  -- The first visit, and the last one before sign-up: {"url","referrer","utm_source",…} as they were.
  first_at timestamptz,
  first_id text,
  first_origin text,
  first_touch jsonb,
  last_at timestamptz,
  last_id text,
  last_origin text,
  last_touch jsonb,
  signup_at timestamptz,
  key_at timestamptz,
  -- The first successful API call, and the second.
  activated_at timestamptz,
  activated_call text,
  retained_at timestamptz,
  retained_call text,
  first_call_at timestamptz,
  last_ok_at timestamptz,
  last_failed_at timestamptz,
  last_failed_status text,
  -- The first days with a successful call, at most 30, as days since 2000.
  ok_days smallint[]
);
-- Lists are read by one of the stages, the newest first.
create index journeys_by_visit on journeys (first_at, customer_id);
create index journeys_by_signup on journeys (signup_at, customer_id);
create index journeys_by_key on journeys (key_at, customer_id);
create index journeys_by_activation on journeys (activated_at, customer_id);
create index journeys_by_retention on journeys (retained_at, customer_id);
create index journeys_by_start on journeys (coalesce(signup_at, first_at, key_at, first_call_at), customer_id);
create index journeys_failing on journeys (last_failed_at) where last_failed_at is not null and (last_ok_at is null or last_ok_at < last_failed_at);
select cs_distribute('journeys', 'customer_id', 'events');

create index customers_test on customers (customer_id) where is_test;

-- rsolv.dev from https://www.rsolv.dev:443/blog?x; empty where an address names no host.
create function visit_host(address text) returns text language sql immutable parallel safe as $$
  select regexp_replace(lower(split_part(split_part(split_part(split_part(
    substr(coalesce(address, ''), case when strpos(address, '://') > 0 then strpos(address, '://') + 3 else 1 end), '/', 1), '?', 1), '#', 1), ':', 1)), '^www\.', '')
$$;

-- Host and the first two parts of the path, which is as deep as path groups look: rsolv.dev/blog/launch.
create function visit_page(address text) returns text language sql immutable parallel safe as $$
  select left(visit_host(address) || '/' || split_part(p, '/', 2) || case when split_part(p, '/', 3) <> '' then '/' || split_part(p, '/', 3) else '' end, 200)
  from (select lower(split_part(split_part(substr(coalesce(address, ''), case when strpos(address, '://') > 0 then strpos(address, '://') + 3 else 1 end), '#', 1), '?', 1)) as p) path
$$;

-- What a channel is told by: referring host, own host, utm_source, utm_medium, whether there was a campaign, click id.
create function visit_origin(url text, referrer text, source text, medium text, campaign text, properties jsonb) returns text language sql immutable parallel safe as $$
  select left(concat_ws('|', visit_host(referrer), case when coalesce(referrer, '') = '' then '' else visit_host(url) end,
    replace(lower(coalesce(source, '')), '|', ' '), replace(lower(coalesce(medium, '')), '|', ' '), case when coalesce(campaign, '') = '' then '' else '1' end,
    case when properties ?| array['gclid', 'gbraid', 'wbraid', 'msclkid', 'yclid', 'dclid', 'fbclid', 'ttclid', 'twclid', 'li_fat_id', 'rdt_cid', 'ScCid', 'epik', 'irclickid']
      then (select min(k) from jsonb_object_keys(properties) k where k in ('gclid', 'gbraid', 'wbraid', 'msclkid', 'yclid', 'dclid', 'fbclid', 'ttclid', 'twclid', 'li_fat_id', 'rdt_cid', 'ScCid', 'epik', 'irclickid'))
      else '' end), 400)
$$;

-- The log as the funnel reads it.
create view funnel_events as
select e.id as event_id, e.source, e.type as event_type, e.occurred_at, e.received_at, coalesce(e.customer_id, i.customer_id) as customer_id,
  coalesce('~v:' || e.visitor_id, '~p:' || e.person_id, e.subject) as visitor, e.person_id, e.session_id, e.url, e.referrer,
  e.utm_source, e.utm_medium, e.utm_campaign, e.utm_term, e.utm_content, e.type = 'page_view' and e.properties @> '{"bot": true}' as bot, e.properties
from events e left join identities i on e.customer_id is null and i.identity = e.subject
where e.type in ('page_view', 'signup', 'api_key_created', 'api_call');

-- Journeys with the time between their stages, in seconds.
create view customer_journeys as
select customer_id, first_at as first_visit_at, signup_at, key_at as api_key_created_at, activated_at, retained_at,
  extract(epoch from signup_at - first_at)::bigint as seconds_visit_to_signup,
  extract(epoch from key_at - signup_at)::bigint as seconds_signup_to_api_key,
  extract(epoch from activated_at - key_at)::bigint as seconds_api_key_to_activation,
  extract(epoch from retained_at - activated_at)::bigint as seconds_activation_to_retention,
  first_touch, last_at as last_touch_at, last_touch
from journeys;

-- Stages reached by UTC day. Test customers' sign-ups and what follows are left out; GET /api/v1/funnel/daily also leaves out their visits.
create view funnel_metrics as
select day as period_start, sum(visits)::bigint as website_visits, sum(visitors)::bigint as unique_visitors, sum(bots)::bigint as bots,
  sum(signups)::bigint as signups, sum(keys)::bigint as api_keys_created, sum(activated)::bigint as activated_users, sum(retained)::bigint as retained_users
from (
  select day, visits, visitors, bots, 0 as signups, 0 as keys, 0 as activated, 0 as retained from visit_days
  union all
  select (r.at at time zone 'utc')::date, 0, 0, 0, (r.stage = 1)::int, (r.stage = 2)::int, (r.stage = 3)::int, (r.stage = 4)::int
  from journeys j
  cross join lateral (values (1, j.signup_at), (2, j.key_at), (3, j.activated_at), (4, j.retained_at)) as r(stage, at)
  where r.at is not null and not exists (select from customers c where c.customer_id = j.customer_id and c.is_test)
) each
group by day;
