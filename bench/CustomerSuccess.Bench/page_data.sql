-- 100,000 customers and 5 million events: one in a hundred customers has 1,500, nine have 150, the others 20. In the order
-- of time, as they would have come in, so that a customer's events are spread over the whole table.
-- $customers, $lighter and $until are put in by the program.
create temp table account as
select i, 'p' || lpad(i::text, 6, '0') as id,
  case when $lighter = 1 then case when i % 100 = 0 then 1500 when i % 100 < 10 then 150 else 20 end
    when i % 100 < 15 then 40 when i % 5 = 1 then 0 else 2 end as busy,
  -- Signed up within two years, more of them lately.
  $until::date - (730 * power(((i * 7919) % 100000) / 100000.0, 1.6))::int as signup,
  case when i % 13 = 0 then 20 + i % 300 else 0 end as quiet
from generate_series(1, $customers) i;

create temp table story as
select id, 'customer_created:' || id as event, 'system' as source, 'customer_created' as type, signup::timestamp at time zone 'utc' as at,
  jsonb_build_object(
    'email', 'team@' || id || '.example', 'github_username', 'gh-' || id, 'signup_date', signup, 'team_size', 1 + i % 400,
    'organization', (array['Amber', 'Birch', 'Cobalt', 'Delta', 'Ember', 'Fjord', 'Granite', 'Harbor', 'Indigo', 'Juniper', 'Kestrel', 'Lumen', 'Maple', 'Northern', 'Orchid', 'Pioneer'])[1 + i % 16]
      || ' ' || (array['Analytics', 'Bank', 'Cloud', 'Dynamics', 'Energy', 'Foods', 'Games', 'Health', 'Insurance', 'Labs', 'Media', 'Robotics', 'Systems', 'Travel'])[1 + i / 16 % 14] || ' ' || i,
    'cohort', (array['VIP', 'Beta', 'Early Access', ''])[1 + i % 4], 'industry', (array['SaaS', 'FinTech', 'Retail', 'HealthTech', 'Logistics', 'Gaming', 'Energy', 'Media'])[1 + i / 4 % 8],
    'plan', (array['Starter', 'Team', 'Business', 'Enterprise'])[1 + i % 4], 'mrr', i % 50 * 40, 'owner', (array['Maya Lindqvist', 'Jonas Brandt', 'Ines Carvalho', ''])[1 + i % 4],
    'status', case when i % 37 = 0 then 'churned' when i % 41 = 0 then 'paused' else 'active' end, 'is_test', i % 997 = 0) as properties
from account
union all
select id, id || '-step-' || k, 'native', 'onboarding_step_' || (array['welcome_email_sent', 'account_created', 'github_action_installed', 'first_issue_tagged', 'first_pr_generated'])[k],
  least((signup + (k * k * (i % 5) / 4))::timestamp + k * interval '1 hour', $until::timestamp) at time zone 'utc', '{}'
from account, generate_series(1, 5) k where k <= case when $lighter > 1 and i % 7 = 0 then 1 else 2 + i % 4 end
union all
select id, id || '-blocked', 'ui', 'onboarding_blocked', least((signup + 3)::timestamp, $until::timestamp) at time zone 'utc',
  jsonb_build_object('blocker_type', (array['permissions', 'github_config', 'security_review', 'no_time'])[1 + i / 20 % 4], 'notes', 'Waits for an answer.')
from account where i % 20 = 3
union all
-- What people and customers do in the workflow, where it is the workflow that is asked for.
select id, id || '-' || what, 'native', what, least(signup::timestamp + interval '1 day' * (i % 11), $until::timestamp) at time zone 'utc', case when what like 'task%' then '{"task": "watch_intro"}'::jsonb else '{}' end
from account, unnest(array['profile_completed', 'intro_watched', 'teammate_invited', 'feedback_submitted', 'task_skipped', 'task_started']) with ordinality as w(what, n)
where $lighter > 1 and i % (n + 1) = 0 and i % 13 > n
union all
select id, id || '-' || k, 'native',
  (array['api_call', 'issue_resolution', 'pr_merged', 'issue_resolution', 'pr_merged', 'api_call', 'issue_resolution', 'pr_rejected', 'issue_tagged', 'support_request'])[1 + k % 10],
  least(signup::timestamp + (k * 7919 % 10007 / 10007.0) * greatest($until::date - quiet - signup, 1) * interval '1 day', $until::timestamp) at time zone 'utc',
  case k % 10
    when 1 then jsonb_build_object('issue_url', 'https://github.com/gh-' || id || '/app/issues/' || k, 'pr_url', 'https://github.com/gh-' || id || '/app/pull/' || k, 'success', true, 'duration_ms', k)
    when 3 then jsonb_build_object('issue_url', 'https://github.com/gh-' || id || '/app/issues/' || k, 'pr_url', 'https://github.com/gh-' || id || '/app/pull/' || k, 'success', true, 'duration_ms', k)
    when 6 then jsonb_build_object('issue_url', 'https://github.com/gh-' || id || '/app/issues/' || k, 'pr_url', null, 'success', false, 'duration_ms', k)
    when 2 then jsonb_build_object('pr_url', 'https://github.com/gh-' || id || '/app/pull/' || k - 1)
    when 4 then jsonb_build_object('pr_url', 'https://github.com/gh-' || id || '/app/pull/' || k - 1)
    when 8 then jsonb_build_object('issue_url', 'https://github.com/gh-' || id || '/app/issues/' || k)
    when 9 then '{"topic": "how_to", "message": "How do I exclude generated code?"}'
    else '{"status": 200}' end
from account, generate_series(1, busy) k;

insert into events (subject, source, id, type, occurred_at, received_at, customer_id, properties, history, actor)
select id, source, event, type, at, at, id, properties, false, 'key:bench' from story order by at, event;
drop table account, story;
