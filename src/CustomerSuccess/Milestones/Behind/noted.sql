-- What came in that some milestone may be reached by, other than by what is counted by day: that is told by the worker of health, which
-- looks at those customers anyway. Here only where it came late or is history; one row a commit and type.
noted_for_milestones as (
  insert into milestones_waiting (what, customers, first, history)
  select what, array_agg(distinct customer_id), min(occurred_at), history
  from (
    select customer_id, occurred_at, history, case when type = any(/*usage*/) then '~late' when type in ('customer_created', 'customer_updated') then '~all' else type end as what
    from new
    where customer_id is not null and case
      when type = any(/*usage*/) then history or (occurred_at at time zone 'utc')::date < (received_at at time zone 'utc')::date
      else type in ('customer_created', 'customer_updated') or type in (select type from milestone_awaited) end
  ) told
  group by what, history
)
