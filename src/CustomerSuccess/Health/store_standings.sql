-- Where these customers stand now, from the rooms below and the scores just made.
with scored as (
  select * from unnest(@ids, @stages, @scores, @bands, @statuses) as s(customer_id, stage, score, band, status)
),
before as (
  select s.customer_id, t.score, t.status, t.changes
  from scored s join standings t on t.customer_id = s.customer_id
),
written as (
  insert into standings as t (customer_id, organization, email, github_username, cohort, industry, plan, owner, mrr, signup_date, account_status,
    counted, archived, is_test, stage, done, steps, completed_date, days_to_complete, days_to_value, blocker_type, blocked_at,
    prs_generated, prs_merged, days_active, last_active, score, band, status, changes)
  select c.customer_id, c.organization, c.email, c.github_username, c.cohort, c.industry, c.plan, c.owner, c.mrr, c.signup_date, c.status,
    c.status <> 'churned' and c.archived_at is null and not c.is_test, c.archived_at is not null, c.is_test,
    s.stage,
    coalesce(o.done, 0),
    (case when o.welcome_email_sent is null then 0 else 1 end + case when o.account_created is null then 0 else 2 end
      + case when o.github_action_installed is null then 0 else 4 end + case when o.first_issue_tagged is null then 0 else 8 end
      + case when o.first_pr_generated is null then 0 else 16 end),
    (o.completed_at at time zone 'utc')::date,
    -- greatest() passes over nulls: without the conditions an open onboarding would count as done on the first day.
    case when o.completed_at is not null then greatest((o.completed_at at time zone 'utc')::date - c.signup_date, 0) end,
    case when o.first_pr_generated is not null and not 'first_pr_generated' = any(o.untimed) then greatest((o.first_pr_generated at time zone 'utc')::date - c.signup_date, 0) end,
    coalesce(o.blocker_type, ''), o.blocked_at,
    coalesce(e.prs_generated, 0), coalesce(e.prs_merged, 0), coalesce(e.days_active, 0), e.last_active, s.score, s.band, s.status,
    coalesce(b.changes, 0) + case when b.status <> s.status then 1 else 0 end
  from scored s
  join customers c on c.customer_id = s.customer_id
  left join onboarding o on o.customer_id = s.customer_id
  left join (select * from engagement where customer_id = any(@ids)) e on e.customer_id = s.customer_id
  left join before b on b.customer_id = s.customer_id
  order by s.customer_id
  on conflict (customer_id) do update set
    organization = excluded.organization, email = excluded.email, github_username = excluded.github_username, cohort = excluded.cohort,
    industry = excluded.industry, plan = excluded.plan, owner = excluded.owner, mrr = excluded.mrr, signup_date = excluded.signup_date,
    account_status = excluded.account_status, counted = excluded.counted, archived = excluded.archived, is_test = excluded.is_test,
    stage = excluded.stage, done = excluded.done, steps = excluded.steps, completed_date = excluded.completed_date,
    days_to_complete = excluded.days_to_complete, days_to_value = excluded.days_to_value, blocker_type = excluded.blocker_type,
    blocked_at = excluded.blocked_at, prs_generated = excluded.prs_generated, prs_merged = excluded.prs_merged,
    days_active = excluded.days_active, last_active = excluded.last_active, score = excluded.score, band = excluded.band, status = excluded.status, changes = excluded.changes
  where t is distinct from excluded
  returning t.customer_id, t.changes
)
select w.customer_id, b.score as from_score, b.status as from_status, s.score, s.status, w.changes
from written w join scored s on s.customer_id = w.customer_id join before b on b.customer_id = w.customer_id
where b.status <> s.status
order by w.customer_id
