-- The tables about customers, under their own names, as they were known before @until: the same counting and the same
-- replay as they are made with, over the events that had happened and had been received by then. A query over the tables
-- says the same about any day with this in front of it.
log as (
  select * from attributed where replayed and received_at < @until and occurred_at < @until and (linked_at is null or linked_at < @until)
    and (/*whose*/)
),
new as (
  select * from attributed where not replayed and received_at < @until and occurred_at < @until and (linked_at is null or linked_at < @until)
    and (/*whose*/)
),
customers as (
  with
  /*customers*/
  select * from state
),
onboarding as (
  with
  /*onboarding*/
  select * from state
),
activity as (
  with
  /*counts*/
  select customer_id, day,
    coalesce(sum(n) filter (where kind = 'issues_tagged'), 0)::bigint as issues_tagged,
    coalesce(sum(n) filter (where kind = 'prs_generated'), 0)::bigint as prs_generated,
    coalesce(sum(n) filter (where kind = 'prs_merged'), 0)::bigint as prs_merged,
    coalesce(sum(n) filter (where kind = 'prs_rejected'), 0)::bigint as prs_rejected,
    coalesce(sum(n) filter (where kind = 'support_requests'), 0)::bigint as support_requests,
    coalesce(sum(n) filter (where kind = 'api_calls'), 0)::bigint as api_calls
  from (
    select customer_id, (occurred_at at time zone 'utc')::date as day, kind, n from counted where url is null
    union all
    select customer_id, (first_at at time zone 'utc')::date, kind, 1 from urls
  ) one
  group by customer_id, day
),
engagement as (
  select customer_id, sum(prs_generated)::bigint as prs_generated, sum(prs_merged)::bigint as prs_merged,
    count(*) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0) as days_active,
    max(day) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0) as last_active
  from activity group by customer_id
),
engagement_rows as (
  select customer_id, properties ->> 'row' as row_id, (properties ->> 'date')::date as day,
    sum(coalesce((properties ->> 'issues_tagged')::bigint, 0))::bigint as issues_tagged,
    sum(coalesce((properties ->> 'prs_generated')::bigint, 0))::bigint as prs_generated,
    sum(coalesce((properties ->> 'prs_merged')::bigint, 0))::bigint as prs_merged,
    sum(coalesce((properties ->> 'prs_rejected')::bigint, 0))::bigint as prs_rejected,
    sum(coalesce((properties ->> 'support_requests')::bigint, 0))::bigint as support_requests,
    sum(coalesce((properties ->> 'copies')::bigint, 1))::bigint as copies
  from new where type = 'engagement_recorded' and properties ? 'row'
  group by 1, 2, 3
)
