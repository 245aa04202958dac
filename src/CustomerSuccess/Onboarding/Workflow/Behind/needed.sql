-- Of what was noted, what can change where its customer stands. Types in Measure.Activity make weeks active.
select n.customer_id, n.type
from unnest(@customers, @types, @firsts, @lasts) as n(customer_id, type, first, last)
left join workflow w on w.customer_id = n.customer_id
where w.customer_id is null
  -- A step that is done matters only where it was done earlier than that, or after a reset.
  or (n.type like 'onboarding\_%' and n.first < coalesce((w.settled ->> n.type)::timestamptz, 'infinity'))
  or n.type like 'task\_%' or n.type like 'stage\_%' or n.type like 'workflow\_%' or n.type like 'customer\_%'
  or n.type = any(w.awaits)
  or n.first < (w.settled ->> n.type)::timestamptz
  or (n.type = any(@activity) and n.first < w.weeks_until and (
    n.type = 'engagement_recorded' or n.last - n.first > interval '6 days'
    or date_trunc('week', n.first at time zone 'utc')::date <> all(w.weeks)
    or (n.last < w.weeks_until and date_trunc('week', n.last at time zone 'utc')::date <> all(w.weeks))
    -- An earlier sighting of the same issue takes the count away from a later week.
    or (n.type <> 'api_call' and (w.weeks_until < 'infinity' or date_trunc('week', n.first at time zone 'utc')::date < w.weeks[cardinality(w.weeks)]))))
