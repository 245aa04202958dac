-- A customer's onboarding events in order, and what state they lead to.
steps as (
  select customer_id, id, type, source, occurred_at, received_at, properties, actor,
    row_number() over (partition by customer_id order by occurred_at, received_at, id) as n,
    case when type = 'onboarding_step_reset' then properties ->> 'step'
      when type like 'onboarding\_step\_%' then substr(type, 17) end as step,
    type = 'onboarding_step_reset' as reset
  from log
),
last_reset as (
  select customer_id, step, max(n) as n from steps where reset group by customer_id, step
),
-- A step stands since the first time it was done after its last reset.
standing as (
  select distinct on (s.customer_id, s.step) s.customer_id, s.step, s.occurred_at, s.source,
    coalesce((s.properties -> 'untimed')::text = 'true', false) as untimed
  from steps s left join last_reset r on r.customer_id = s.customer_id and r.step = s.step
  where s.step in ('welcome_email_sent', 'account_created', 'github_action_installed', 'first_issue_tagged', 'first_pr_generated')
    and not s.reset and s.n > coalesce(r.n, 0)
  order by s.customer_id, s.step, s.n
),
-- After each event, which of the five are on: the last time it was done comes after the last time it was reset.
course as (
  select customer_id, occurred_at,
    coalesce(max(n) filter (where step = 'welcome_email_sent' and not reset) over w, 0) > coalesce(max(n) filter (where step = 'welcome_email_sent' and reset) over w, 0)
    and coalesce(max(n) filter (where step = 'account_created' and not reset) over w, 0) > coalesce(max(n) filter (where step = 'account_created' and reset) over w, 0)
    and coalesce(max(n) filter (where step = 'github_action_installed' and not reset) over w, 0) > coalesce(max(n) filter (where step = 'github_action_installed' and reset) over w, 0)
    and coalesce(max(n) filter (where step = 'first_issue_tagged' and not reset) over w, 0) > coalesce(max(n) filter (where step = 'first_issue_tagged' and reset) over w, 0)
    and coalesce(max(n) filter (where step = 'first_pr_generated' and not reset) over w, 0) > coalesce(max(n) filter (where step = 'first_pr_generated' and reset) over w, 0)
      as all_done
  from steps where step is not null
  window w as (partition by customer_id order by n)
),
-- An imported date stands, the last word about it; else the first time all five were on; else, where a late reset took that away, what
-- was announced.
completion as (
  select customer_id, coalesce(
    (array_agg(day order by received_at desc, id desc) filter (where day is not null))[1],
    min(occurred_at) filter (where all_done), min(occurred_at) filter (where announced)) as at
  from (
    select customer_id, occurred_at, all_done, false as announced, null::timestamptz as day, null::timestamptz as received_at, '' as id from course
    union all
    select customer_id, occurred_at, false, true, ((properties ->> 'date')::date + interval '12 hours') at time zone 'utc', received_at, id
    from steps where type = 'onboarding_completed'
      -- Unless a link that led to it was undone: then nothing but the steps themselves counts.
      and not exists (select 1 from log w where w.customer_id = steps.customer_id and w.id = 'onboarding_completed_withdrawn' || substr(steps.id, 21) and w.type = 'onboarding_completed_withdrawn')
  ) ends
  group by customer_id
),
blocker as (
  select distinct on (customer_id) customer_id, type = 'onboarding_blocked' as blocked, occurred_at, actor,
    coalesce(properties ->> 'blocker_type', '') as blocker_type, coalesce(properties ->> 'notes', '') as notes
  from steps where type in ('onboarding_blocked', 'onboarding_unblocked')
  order by customer_id, n desc
),
named as (
  select distinct on (customer_id) customer_id, properties ->> 'onboarding_row' as row_id
  from steps where type in ('customer_created', 'customer_updated') and properties ? 'onboarding_row'
  order by customer_id, n desc
),
state as (
  select c.customer_id, coalesce(d.row_id, 'o-' || c.customer_id) as row_id,
    s.welcome_email_sent, s.account_created, s.github_action_installed, s.first_issue_tagged, s.first_pr_generated,
    coalesce(s.sources, '{}') as sources, coalesce(s.untimed, '{}') as untimed, coalesce(s.done, 0) as done,
    e.at as completed_at,
    case when b.blocked then b.blocker_type else '' end as blocker_type, coalesce(b.notes, '') as notes,
    case when b.blocked then b.occurred_at end as blocked_at, case when b.blocked then b.actor end as blocked_by
  from (select distinct customer_id from log where type = 'customer_created') c
  left join (
    select customer_id,
      min(occurred_at) filter (where step = 'welcome_email_sent') as welcome_email_sent,
      min(occurred_at) filter (where step = 'account_created') as account_created,
      min(occurred_at) filter (where step = 'github_action_installed') as github_action_installed,
      min(occurred_at) filter (where step = 'first_issue_tagged') as first_issue_tagged,
      min(occurred_at) filter (where step = 'first_pr_generated') as first_pr_generated,
      jsonb_object_agg(step, source) as sources, array_agg(step order by step) filter (where untimed) as untimed, count(*)::integer as done
    from standing group by customer_id
  ) s on s.customer_id = c.customer_id
  left join completion e on e.customer_id = c.customer_id
  left join blocker b on b.customer_id = c.customer_id
  left join named d on d.customer_id = c.customer_id
)
