-- The next customers who have done nothing for long enough, and a message to those who have not been silent for too long.
with part as materialized (
  select customer_id, organization, email, coalesce(last_active, signup_date) as last_day, last_active is null as never, account_status from standings
  where counted and customer_id > @after and coalesce(last_active, signup_date) <= @silent_since
  order by customer_id limit @most
),
told as (
  select customer_id, organization, email, last_day, never,
    case when email = '' then 'no address' when account_status = 'paused' then 'the account is paused' when last_day < @not_before then 'silent for too long' end as reason
  from part
),
queued as (
  insert into messages (customer_id, dedupe_key, kind, topic, to_email, to_name, facts, priority)
  select customer_id, 'reengage:' || customer_id || ':' || last_day, 're_engagement', 're_engagement', email, organization,
    jsonb_build_object('last_active', last_day, 'days', @date::date - last_day, 'never_active', never), 10
  from told where reason is null
  order by customer_id
  on conflict do nothing
  returning customer_id
),
passed as (
  insert into passed_over (customer_id, schedule, local_date, reason)
  select customer_id, @schedule, @date, reason from told where reason is not null
  order by customer_id
  on conflict (customer_id, schedule) do update set local_date = excluded.local_date, reason = excluded.reason
  returning reason
)
select (select count(*) from part) as looked, (select max(customer_id) from part) as last,
  (select count(*) from told where reason is null) as wanted, (select count(*) from queued) as queued,
  coalesce((select jsonb_object_agg(reason, n) from (select reason, count(*) as n from passed group by reason) r), '{}')::text as passed
