-- What came in that has a message for its effect. Not what was known already: a step that was done before, the same blocker again,
-- also where both came in one call. Nor what happened long before it came in: nobody wants to hear of it now.
-- Most steps are told again, so that is asked first, by a look-up for each. The customer's lock is held: whoever came first is seen.
causing as (
  select distinct on (n.customer_id, n.type, coalesce(n.properties ->> 'blocker_type', n.properties ->> 'milestone')) n.customer_id, n.source, n.id, n.type, n.occurred_at, n.properties
  from new n
  left join lateral (
    select account_created, github_action_installed, first_issue_tagged, first_pr_generated, blocker_type from onboarding where customer_id = n.customer_id offset 0
  ) stood on true
  where n.type in (/*types*/) and n.customer_id is not null and not n.history and n.occurred_at >= n.received_at - interval '/*fresh*/ days'
    and case n.type
      when 'onboarding_step_account_created' then stood.account_created is null
      when 'onboarding_step_github_action_installed' then stood.github_action_installed is null
      when 'onboarding_step_first_issue_tagged' then stood.first_issue_tagged is null
      when 'onboarding_step_first_pr_generated' then stood.first_pr_generated is null
      when 'onboarding_blocked' then coalesce(stood.blocker_type, '') <> coalesce(n.properties ->> 'blocker_type', '')
      when 'support_request' then n.source = 'widget'
      else true end
  order by n.customer_id, n.type, coalesce(n.properties ->> 'blocker_type', n.properties ->> 'milestone'), n.occurred_at, n.id
),
cause_settings as (
  select coalesce((select value from settings where name = 'causes'), '{}'::jsonb) as value
),
-- As they were before this call, or as it creates them; tests and archived ones hear nothing.
concerned as (
  select customer_id, email, organization, owner from customers
  where customer_id in (select customer_id from causing) and not is_test and archived_at is null
  union all
  select customer_id, properties ->> 'email', properties ->> 'organization', coalesce(properties ->> 'owner', '') from causing
  where type = 'customer_created' and not coalesce((properties ->> 'is_test')::boolean, false) and properties ->> 'archived_at' is null
),
effects as (
  select e.customer_id, e.source, e.id, e.type, k.kind, k.topic, k.milestone, k.priority, e.properties ->> 'milestone' as named, jsonb_strip_nulls(jsonb_build_object(
      'event', e.id, 'at', e.occurred_at, 'url', coalesce(e.properties ->> 'pr_url', e.properties ->> 'issue_url', e.properties ->> 'url'),
      'title', coalesce(e.properties ->> 'title', e.properties ->> 'topic'), 'blocker_type', e.properties ->> 'blocker_type',
      'notes', nullif(coalesce(e.properties ->> 'notes', e.properties ->> 'words', e.properties ->> 'message'), ''),
      'points', e.properties -> 'points', 'badge', nullif(e.properties ->> 'badge', ''))) as facts
  from causing e
  join (values
    /*causes*/
  ) as k(cause, type, kind, topic, milestone, priority) on k.type = e.type
  cross join cause_settings s
  where not jsonb_exists(coalesce(s.value -> 'off', '[]'::jsonb), k.cause)
    -- Who decided that a milestone is reached decided how it is celebrated.
    and (e.type <> 'milestone_reached' or case k.milestone when '' then 'team' else 'mail' end = any(string_to_array(e.properties ->> 'celebrated', ' ')))
),
-- Of the team: who looks after the customer, the addresses of the settings; where there are neither, the admins.
named_team as (
  select c.customer_id, lower(c.owner) as email from concerned c cross join cause_settings s
  where coalesce((s.value ->> 'owner')::boolean, true) and c.owner like '%@%'
  union
  select c.customer_id, lower(t.email) from concerned c cross join (select jsonb_array_elements_text(value -> 'team') as email from cause_settings) t
),
team as (
  select customer_id, email from named_team
  union
  select c.customer_id, lower(u.email) from concerned c cross join users u
  where u.role = 'admin' and u.disabled_at is null and not exists (select from named_team n where n.customer_id = c.customer_id)
),
caused as (
  insert into messages (customer_id, dedupe_key, kind, topic, audience, to_email, to_name, milestone, facts, priority)
  select customer_id, dedupe_key, kind, topic, audience, to_email, to_name, milestone, facts, priority from (
    select e.customer_id, 'milestone:' || e.customer_id || ':' || case e.milestone when '*' then e.named else e.milestone end as dedupe_key, e.kind, e.topic, 'customer' as audience,
      c.email as to_email, c.organization as to_name, case when e.milestone <> '*' then 'milestone_' || e.milestone end as milestone, e.facts, e.priority
    from effects e join concerned c on c.customer_id = e.customer_id
    where e.milestone <> '' and c.email <> ''
    union all
    select e.customer_id, case e.type when 'onboarding_completed' then 'notice:onboarding_completed:' when 'milestone_reached' then 'notice:milestone:' || e.named || ':'
        when 'support_request' then 'notice:' || e.id || ':' else 'notice:blocked:' || e.source || ':' || e.id || ':' end || t.email,
      e.kind, e.topic, 'team', t.email, '', null, e.facts, e.priority
    from effects e join team t on t.customer_id = e.customer_id
    where e.milestone = ''
  ) each
  order by customer_id, dedupe_key
  on conflict do nothing
)
