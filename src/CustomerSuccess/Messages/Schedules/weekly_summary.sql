-- The next customers by id, what happened to each in the seven days and in the seven before them, and a message to those who have
-- something to be told. By UTC days, like all figures.
with part as materialized (
  select customer_id, organization, email, score, status, done from standings
  where counted and customer_id > @after order by customer_id limit @most
),
figures as (
  select a.customer_id,
    sum(a.issues_tagged) filter (where a.day >= @from) as issues_tagged, sum(a.prs_generated) filter (where a.day >= @from) as prs_generated,
    sum(a.prs_merged) filter (where a.day >= @from) as prs_merged, sum(a.prs_rejected) filter (where a.day >= @from) as prs_rejected,
    sum(a.support_requests) filter (where a.day >= @from) as support_requests, sum(a.api_calls) filter (where a.day >= @from) as api_calls,
    sum(a.prs_generated) filter (where a.day < @from) as prs_generated_before, sum(a.prs_merged) filter (where a.day < @from) as prs_merged_before,
    sum(a.issues_tagged) filter (where a.day < @from) as issues_tagged_before
  from part p join activity a on a.customer_id = p.customer_id and a.day >= @from - 7 and a.day < @until
  group by a.customer_id
),
steps as (
  select o.customer_id, coalesce(o.welcome_email_sent >= @from_at and o.welcome_email_sent < @until_at, false)::integer + coalesce(o.account_created >= @from_at and o.account_created < @until_at, false)::integer
    + coalesce(o.github_action_installed >= @from_at and o.github_action_installed < @until_at, false)::integer + coalesce(o.first_issue_tagged >= @from_at and o.first_issue_tagged < @until_at, false)::integer
    + coalesce(o.first_pr_generated >= @from_at and o.first_pr_generated < @until_at, false)::integer as done
  from part p join onboarding o on o.customer_id = p.customer_id
),
told as (
  select p.customer_id, p.organization, p.email, jsonb_strip_nulls(jsonb_build_object('from', @from::date, 'until', @until::date,
      'issues_tagged', coalesce(f.issues_tagged, 0), 'prs_generated', coalesce(f.prs_generated, 0), 'prs_merged', coalesce(f.prs_merged, 0), 'prs_rejected', coalesce(f.prs_rejected, 0),
      'support_requests', coalesce(f.support_requests, 0), 'api_calls', coalesce(f.api_calls, 0), 'prs_generated_before', coalesce(f.prs_generated_before, 0),
      'prs_merged_before', coalesce(f.prs_merged_before, 0), 'issues_tagged_before', coalesce(f.issues_tagged_before, 0), 'steps_done', coalesce(s.done, 0), 'score', p.score)) as facts,
    case when p.email = '' then 'no address'
      when coalesce(s.done, 0) = 0 and coalesce(greatest(f.issues_tagged, f.prs_generated, f.prs_merged, f.prs_rejected, f.support_requests, f.api_calls), 0) <= 0
        then 'nothing happened that week' end as reason
  from part p left join figures f on f.customer_id = p.customer_id left join steps s on s.customer_id = p.customer_id
),
queued as (
  insert into messages (customer_id, dedupe_key, kind, topic, to_email, to_name, facts, priority)
  select customer_id, 'weekly_summary:' || customer_id || ':' || @week, 'weekly_summary', 'weekly_summary', email, organization, facts, 20
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
