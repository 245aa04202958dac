-- What came in of the types that some workflow waits for; FollowWorkflow takes it from here. One row for all of it.
noted_for_workflow as (
  insert into workflow_waiting (customers, types, firsts, lasts)
  select array_agg(customer_id), array_agg(type), array_agg(first), array_agg(last)
  from (
    select customer_id, type, min(occurred_at) as first, max(occurred_at) as last
    from new where customer_id is not null and type in (select type from workflow_awaited)
    group by customer_id, type
  ) each
  having count(*) > 0
)
