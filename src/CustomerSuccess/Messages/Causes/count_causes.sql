-- What each cause would have sent since then, and did. A step counts with the event that did it first: one that came again has no effect.
with causes as (
  select * from unnest(@names::text[], @types::text[], @kinds::text[]) as c(name, type, kind)
),
happened as (
  select e.type, count(distinct e.subject) as customers
  from events e join customers c on c.customer_id = e.subject left join onboarding o on o.customer_id = e.subject
  where not e.history and e.type in ('customer_created', 'onboarding_step_account_created', 'onboarding_step_github_action_installed',
      'onboarding_step_first_issue_tagged', 'onboarding_step_first_pr_generated', 'onboarding_completed', 'onboarding_blocked')
    and e.received_at >= @since and not c.is_test and c.archived_at is null
    and case e.type
      when 'onboarding_step_account_created' then o.account_created = e.occurred_at
      when 'onboarding_step_github_action_installed' then o.github_action_installed = e.occurred_at
      when 'onboarding_step_first_issue_tagged' then o.first_issue_tagged = e.occurred_at
      when 'onboarding_step_first_pr_generated' then o.first_pr_generated = e.occurred_at
      else true end
  group by e.type
),
sent as (
  select kind, count(*) as messages from messages where kind = any(@kinds) and created_at >= @since group by kind
)
select c.name, coalesce(h.customers, 0) as would, coalesce(s.messages, 0) as queued
from causes c left join happened h on h.type = c.type left join sent s on s.kind = c.kind
union all
select 'at_risk', count(*), count(*) filter (where outcome = 'told') from at_risk_entries where entered_at >= @since
