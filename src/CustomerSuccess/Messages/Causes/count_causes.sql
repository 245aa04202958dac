-- What each cause would have sent since then, and did; old: what came in too long after it happened to cause anything. A step counts with the event that did it first: one that came again has no effect.
with causes as (
  select * from unnest(@names::text[], @types::text[], @kinds::text[]) as c(name, type, kind)
),
happened as (
  -- Milestones were judged when they were found: celebrated says by what.
  select case one.by when 'mail' then 'milestone' else 'milestone_notice' end as cause, e.type, count(distinct e.subject) as customers, 0::bigint as old
  from events e join customers c on c.customer_id = e.subject
  cross join lateral unnest(string_to_array(e.properties ->> 'celebrated', ' ')) as one(by)
  where e.type = 'milestone_reached' and not e.history and e.received_at >= @since and one.by in ('mail', 'team') and not c.is_test and c.archived_at is null
  group by 1, 2
  union all
  select null, e.type, count(distinct e.subject) filter (where e.occurred_at >= e.received_at - @fresh) as customers,
    count(distinct e.subject) filter (where e.occurred_at < e.received_at - @fresh) as old
  from events e join customers c on c.customer_id = e.subject
  where not e.history and e.type in ('customer_created', 'onboarding_completed', 'onboarding_blocked') and e.received_at >= @since
    and not c.is_test and c.archived_at is null
  group by e.type
  union all
  select null, e.type, count(distinct e.subject), 0::bigint from events e join customers c on c.customer_id = e.subject
  where e.type = 'support_request' and e.source = 'widget' and e.received_at >= @since and not c.is_test and c.archived_at is null
  group by e.type
  union all
  -- Told again and again, so found by the record; a look-up of its event says whether it was history.
  select null, s.type, count(*) filter (where s.at >= first.received_at - @fresh), count(*) filter (where s.at < first.received_at - @fresh)
  from onboarding o join customers c on c.customer_id = o.customer_id
  cross join lateral (values ('onboarding_step_account_created', o.account_created), ('onboarding_step_github_action_installed', o.github_action_installed),
    ('onboarding_step_first_issue_tagged', o.first_issue_tagged), ('onboarding_step_first_pr_generated', o.first_pr_generated)) as s(type, at)
  cross join lateral (
    select received_at from events e where e.subject = o.customer_id and e.occurred_at = s.at and e.type = s.type and not e.history order by received_at limit 1
  ) first
  where s.at >= @since and not c.is_test and c.archived_at is null
  group by s.type
),
sent as (
  select kind, count(*) as messages from messages where kind = any(@kinds) and created_at >= @since group by kind
)
select c.name, coalesce(h.customers, 0) as would, coalesce(h.old, 0) as old, coalesce(s.messages, 0) as queued
from causes c left join happened h on h.type = c.type and coalesce(h.cause, c.name) = c.name left join sent s on s.kind = c.kind
union all
select 'at_risk', count(*), 0, count(*) filter (where outcome = 'told') from at_risk_entries where entered_at >= @since
