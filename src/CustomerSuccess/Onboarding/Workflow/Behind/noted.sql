-- What came in of the types that some workflow waits for; FollowWorkflow takes it from here. One row a type.
noted_for_workflow as (
  insert into workflow_waiting (type, customers, first, last)
  select type, array_agg(customer_id), min(occurred_at), max(occurred_at)
  from new where customer_id is not null and type in (select type from workflow_awaited)
  group by type
)
