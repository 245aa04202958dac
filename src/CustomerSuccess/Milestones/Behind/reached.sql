-- Who reached what: once, and for good. A late event may restate the day, to an earlier one only.
milestones_now as (
  insert into milestones as m (customer_id, milestone, title, reached_at, found_at, reached_by, rule, points, badge, celebrated)
  select customer_id, properties ->> 'milestone', coalesce(min(properties ->> 'title') filter (where type = 'milestone_reached'), ''), min(occurred_at), min(received_at),
    coalesce(min(properties ->> 'by') filter (where type = 'milestone_reached'), ''), coalesce(min(properties ->> 'rule') filter (where type = 'milestone_reached'), ''),
    coalesce(min((properties ->> 'points')::integer) filter (where type = 'milestone_reached'), 0), coalesce(min(properties ->> 'badge') filter (where type = 'milestone_reached'), ''),
    string_to_array(coalesce(min(properties ->> 'celebrated') filter (where type = 'milestone_reached'), ''), ' ')
  from new
  where type in ('milestone_reached', 'milestone_restated') and source = 'system' and customer_id is not null and properties ->> 'milestone' is not null
  group by 1, 2
  order by 1, 2
  on conflict (customer_id, milestone) do update set reached_at = least(m.reached_at, excluded.reached_at) where excluded.reached_at < m.reached_at
)
