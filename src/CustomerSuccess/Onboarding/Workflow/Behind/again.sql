-- Events that are seen as another customer's than before: those customers' workflows are taken from the log again.
moved_in_workflow as (
  insert into workflow_waiting (customers)
  select array_agg(distinct customer_id) from new where customer_id is not null
  having count(*) > 0
)
